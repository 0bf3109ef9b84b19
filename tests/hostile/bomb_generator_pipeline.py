# error: RecursionError
# limit: memory_bytes, steps
g = iter(range(10 ** 9))
for _ in range(100000):
    g = (x for x in g)
next(g)
