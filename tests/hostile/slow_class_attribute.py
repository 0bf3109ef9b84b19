# limit: steps, memory_bytes
class C:
    pass


keep = [[] for i in range(200_000)]
while True:
    C.__doc__ = 1
