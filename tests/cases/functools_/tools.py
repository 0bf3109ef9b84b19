from functools import reduce, partial, lru_cache, wraps, cache, cmp_to_key, total_ordering, cached_property, singledispatch
print(reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(lambda a, b: a + b, [], 10), reduce(max, [3, 9, 2]))
try:
    reduce(lambda a, b: a, [])
except TypeError as error:
    print(error)
add = partial(lambda a, b, c=0: (a, b, c), 1, c=5)
print(add(2), add(2, c=9), partial(int, base=2)("101"), partial(print, "p", sep="-")("q"))

@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print(fib(50), fib.cache_info().hits > 0, fib.cache_info().misses)

@cache
def slow(x):
    print("computing", x)
    return x * x

print(slow(3), slow(3), slow(4))

def logged(f):
    @wraps(f)
    def wrapper(*args):
        return f(*args)
    return wrapper

@logged
def documented():
    "Docs."

print(documented.__name__, documented.__doc__)

@total_ordering
class V:
    def __init__(self, n):
        self.n = n
    def __eq__(self, o):
        return self.n == o.n
    def __lt__(self, o):
        return self.n < o.n

print(V(1) <= V(1), V(2) > V(1), V(1) >= V(2), V(1) != V(2))

class Data:
    @cached_property
    def value(self):
        print("once")
        return 42

d = Data()
print(d.value, d.value)
