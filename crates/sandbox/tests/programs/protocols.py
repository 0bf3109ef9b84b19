class A:
    x = 5
    def __init__(self, v):
        self.v = v
    def get(self, k=3, *args, z=1, **kw):
        return self.v + k + z
    @property
    def double(self):
        return self.v * 2
a = A(4)
print(a.get(), a.get(10), a.get(z=100), a.double)
class B(A):
    def __init__(self):
        super().__init__(7)
b = B()
print(isinstance(b, A), b.v)
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
    print("caught", e.args)
finally:
    print("fin")
for i in range(3):
    print(i, end=" ")
print()
print([x * x for x in range(5) if x % 2 == 0], {k: v for k, v in zip([1, 3], [1, 2])}, sorted([3,1,2], key=lambda x: -x))
async def f(x):
    return x + 1
async def main():
    return await f(await f(1))
try:
    main().send(None)
except StopIteration as e:
    print(e.value)
match (1, [2, 3], {"a": 5}):
    case (x, [y, *r], {"a": z}):
        print(x, y, r, z)
class V:
    def __init__(self, a): self.a = a
    def __add__(self, o):
        return V(self.a + (o.a if isinstance(o, V) else o))
    __radd__ = __add__
    def __eq__(self, o): return self.a == o.a
    def __hash__(self): return hash(self.a)
    def __lt__(self, o): return self.a < o.a
    def __bool__(self): return self.a > 0
    def __len__(self): return 3
    def __getitem__(self, i): return i * 2 if i < 4 else [][1]
    def __contains__(self, x): return x == 3
    def __iter__(self):
        yield 1
        yield 2
    def __call__(self, *a): return a
v = V(1) + V(2) + 3
print(v.a, (5 + v).a, sum([V(1), V(2)], V(0)).a, v == V(6), v != V(6), {v: 1}[V(6)], V(6) in {V(6)})
print(sorted([V(3), V(1)])[0].a, not V(0), len(v), v[3], 3 in v, 4 not in v, list(v), v(1, 2))
a, *b = v
print(a, b)
with_log = []
class CM:
    def __enter__(self):
        with_log.append(1); return self
    def __exit__(self, t, e, tb):
        with_log.append(t is ValueError); return True
with CM() as c:
    raise ValueError("x")
print(with_log)
def deco(f):
    def inner(*args, **kw):
        return [f(*args, **kw)]
    return inner
@deco
def ff(a, b=2, *, c): return a + b + c
print(ff(1, c=3), ff(1, 2, c=5))
for bad in (lambda: ff(), lambda: ff(1, 2, 3, c=1), lambda: ff(1, d=3, c=1), lambda: ff(1, 2, b=2, c=1)):
    try: bad()
    except TypeError as e: print(e.args[0])
