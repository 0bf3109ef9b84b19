def compose(*functions):
    def composed(x):
        for f in reversed(functions):
            x = f(x)
        return x
    return composed

inc = lambda x: x + 1
double = lambda x: x * 2
print(compose(inc, double)(5), compose(double, inc)(5), compose()(5))

def curry(f, *first):
    return lambda *rest: f(*first, *rest)

print(curry(max, 3)(1, 2), curry(print, "a")("b"))

def memo(f):
    cache = {}
    def wrapper(n):
        if n not in cache:
            cache[n] = f(n)
        return cache[n]
    wrapper.cache = cache
    return wrapper

@memo
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

print(fib(80), len(fib.cache))

def accumulate():
    values = []
    def add(v):
        values.append(v)
        return sum(values) / len(values)
    return add

average = accumulate()
print(average(10), average(20), average(60))
