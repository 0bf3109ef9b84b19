# error: RecursionError
f = iter([1, 2])
for _ in range(50000):
    f = filter(None, f)
next(f)
