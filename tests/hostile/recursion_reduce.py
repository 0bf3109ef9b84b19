# error: RecursionError
from functools import reduce
def f(a, b):
    return reduce(f, [a, b])
reduce(f, [1, 2])
