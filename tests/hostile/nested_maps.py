# error: RecursionError
m = iter([1, 2])
for _ in range(50000):
    m = map(abs, m)
next(m)
