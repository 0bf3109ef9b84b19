def count(start, stop):
    print("begin")
    while start < stop:
        yield start
        start += 1
    print("end")

g = count(1, 4)
print(next(g), next(g), next(g))
try:
    next(g)
except StopIteration as stop:
    print("stopped", stop.value)
print(next(g, "default"))
print(list(count(0, 2)), sum(count(0, 5)))
for x in count(5, 6):
    print("loop", x)

def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b

gen = fib()
print([next(gen) for _ in range(12)])

def take(n, iterable):
    for i, x in enumerate(iterable):
        if i >= n:
            return
        yield x

print(list(take(5, fib())))
squares = (x * x for x in range(5))
print(next(squares), list(squares), list(squares))
print(type(squares).__name__, iter(gen) is gen)

def empty():
    return
    yield

print(list(empty()))
a, *b = count(0, 3)
print(a, b)
