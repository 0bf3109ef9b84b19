# limit: memory_bytes, steps
import functools


@functools.lru_cache(maxsize=None)
def f(n):
    return "x" * 1000 + str(n)


i = 0
while True:
    f(i)
    i += 1
