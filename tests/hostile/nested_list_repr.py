# error: RecursionError
a = []
for _ in range(100000):
    a = [a]
repr(a)
