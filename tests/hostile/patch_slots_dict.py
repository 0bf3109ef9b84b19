# limit: memory_bytes, steps
class C:
    pass


c = C()
i = 0
while True:
    setattr(c, "a" + str(i), "x" * 100)
    i += 1
