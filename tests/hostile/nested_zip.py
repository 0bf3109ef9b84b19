# error: RecursionError
z = iter([1, 2])
for _ in range(50000):
    z = zip(z)
next(z)
