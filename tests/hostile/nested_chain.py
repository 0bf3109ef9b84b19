# error: RecursionError
from itertools import chain
c = iter([1, 2])
for _ in range(50000):
    c = chain(c)
next(c)
