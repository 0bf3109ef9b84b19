log = []

def noisy(n):
    for i in range(n):
        log.append(f"make {i}")
        yield i

m = map(lambda x: log.append(f"map {x}") or x * 2, noisy(3))
print(log)
print(next(m), log)
f = filter(lambda x: log.append(f"test {x}") or x > 0, m)
print(next(f))
print(log)
z = zip(noisy(2), "abc")
print(list(z))
print(any(x > 0 for x in noisy(10)), len(log))
it = iter([1, 2, 3])
print(list(zip(it, it)), list(it))
e = enumerate(noisy(100))
print(next(e), next(e))
n = 10
g = (n for _ in range(2))
n = 20
print(list(g))
print(2 in noisy(5), log[-1])
try:
    list(x // 0 for x in [1])
except ZeroDivisionError as error:
    print(error)
print(list(zip()), list(zip([1, 2], [3])), list(map(max, [1, 5], [4, 2])))
try:
    list(zip([1], [2, 3], strict=True))
except ValueError as error:
    print(error)
print(list(iter(iter([3, 2, 0, 1]).__next__, 0)))
