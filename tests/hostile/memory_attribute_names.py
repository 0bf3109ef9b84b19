# limit: memory_bytes, steps
class A:
    pass
a = A()
n = 0
while True:
    n += 1
    setattr(a, "name" + str(n), n)
