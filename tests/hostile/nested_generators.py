# error: RecursionError
g = iter([1])
for _ in range(50000):
    g = (x for x in g)
next(g)
