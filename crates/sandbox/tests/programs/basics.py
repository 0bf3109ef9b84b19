print("hello", 1 + 2)
def fib(n):
    return n if n < 2 else fib(n-1) + fib(n-2)
print(fib(15))
class A:
    x = 5
    def __init__(self, v):
        self.v = v
    def get(self, k=3, *args, z=1, **kw):
        return self.v + k + z
    @property
    def double(self):
        return self.v * 2
    def __repr__(self):
        return f"A({self.v!r})"
a = A(4)
print(a.get(), a.get(10), a.get(z=100), a.double, a, [a], {a: 1})
class B(A):
    def __init__(self):
        super().__init__(7)
b = B()
print(b, isinstance(b, A))
def g():
    x = yield 1
    print("got", x)
    yield 2
    return 5
def h():
    r = yield from g()
    print("r", r)
print(list(g()), list(h()))
try:
    1 / 0
except ZeroDivisionError as e:
    print("caught", e)
finally:
    print("fin")
for i in range(3):
    print(i, end=" ")
print()
print([x * x for x in range(5) if x % 2 == 0], {k: v for k, v in zip("ab", [1, 2])}, sorted([3,1,2], key=lambda x: -x))
import math
