# scopes
x = 'global'
class A:
    x = 'class'
    y = [x for _ in range(2)]
    z = [i for i in x]
    def f(self): return x
    g = lambda self: x
    w = list(x for _ in range(1))
print(A.y, A.z, A().f(), A().g(), A.w)
def outer():
    x = 'outer'
    class B:
        y = x
        x = 'b'
        z = x
        def m(self): return x
        c = [x for _ in (1,)]
    return B
try:
    B = outer(); print(B.y, B.z, B().m(), B.c)
except NameError as e: print(type(e).__name__, e)
def outer2():
    x = 'outer'
    class B:
        y = x
        def m(self):
            nonlocal x
            x = 'changed'
            return x
    B().m()
    return x, B.y
print(outer2())
def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    return inc
c = counter(); print(c(), c(5), c())
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
def comp_cells():
    out = []
    for k in range(2):
        out += [lambda: (k, j) for j in range(2)]
    return [f() for f in out]
print(comp_cells())
def walrus():
    total = 0
    vals = [total := total + v for v in range(5)]
    return total, vals, [y := 1, y + 1], (z := 3) + z
print(walrus())
if (n := 10) > 5: print(n)
print([last := v for v in 'abc'], last)
print(any((hit := v) > 2 for v in range(10)), hit)
def nested_comp(n):
    return [[(i, j) for j in range(i)] for i in range(n) if i % 2]
print(nested_comp(5))
print({k: [v for v in range(k)] for k in range(3)}, {a for a in 'aab'} == {'a', 'b'})
def shadow(x):
    r = [x for x in range(x)]
    return r, x
print(shadow(3))
def use_before():
    try:
        print(loc)
    except UnboundLocalError as e: print(e)
    loc = 1
    del loc
    try: loc
    except UnboundLocalError as e: print(e)
use_before()
def free_before():
    def g(): return v
    try: g()
    except NameError as e: print(type(e).__name__, e)
    v = 1
    print(g())
    del v
    try: g()
    except NameError as e: print(e)
free_before()
class M:
    __secret = 1
    def get(self): return self.__secret
    def __priv(self): return 'p'
    def call(self): return self.__priv()
    class __Inner: pass
    def mk(self, __a=3): return __a, self.__Inner.__name__
print(M().get(), M().call(), M._M__secret, M().mk(), M().mk(_M__a=4))
class P:
    def who(self): return 'P'
class Q(P):
    def who(self): return 'Q' + super().who() + [super().who() for _ in (1,)][0] + __class__.__name__
    @classmethod
    def make(cls): return super().__new__(cls)
    def late(self):
        def inner(): return super(Q, self).who()
        return inner()
print(Q().who(), type(Q.make()).__name__, Q().late())
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 2, 3, 4, 5, d=6, z=7), f(*[1, 2], **{'d': 1, 'c': 9}))
for bad in ("f()", "f(1)", "f(1, a=2, d=3)", "f(1, d=1, **{'d': 2})", "f(1,2,3,c=4,d=5)"):
    try: exec_ = {'f()': lambda: f(), "f(1)": lambda: f(1), "f(1, a=2, d=3)": lambda: f(1, a=2, d=3), "f(1, d=1, **{'d': 2})": lambda: f(1, d=1, **{'d': 2}), "f(1,2,3,c=4,d=5)": lambda: f(1,2,3,c=4,d=5)}[bad](); print(exec_)
    except TypeError as e: print(e)
a, (b, *c), d = 1, (2, 3, 4), 5
print(a, b, c, d)
*h, t = 'hello'; print(h, t)
[p, q] = {1: 2, 3: 4}; print(p, q)
for bad in (lambda: [0 for a, b in [(1, 2, 3)]], lambda: [0 for a, *b, c in [(1,)]], lambda: [0 for a, b in [1]]):
    try: bad()
    except (ValueError, TypeError) as e: print(e)
i = 0
l = [0, 0, 0]
i, l[i] = 1, 9
print(i, l)
def order(n, v=None): print('o', n); return v if v is not None else n
order(1) < order(2) < order(0) < order(5)
d = {order('k1'): order('v1'), order('k2'): order('v2')}
order('t', l)[order(0)] = order('val')
order('t', l)[order(0)] += 'x'
print(l)
print(1 if order(0) else 2, order(0) or order(3), order(0) and order(3), not order(0))
class Ann:
    a: int
    b: 'str' = 'x'
    c: list[int] = []
    def m(self): self.q: int = 3
print(list(Ann.__annotations__), Ann.b)
def deco(n):
    print('deco', n)
    def wrap(f):
        print('wrap', n, f.__name__)
        return f
    return wrap
@deco(1)
@deco(2)
def decorated(): "doc"
print(decorated.__doc__, decorated.__name__, decorated.__qualname__, Q.who.__qualname__, counter().__qualname__)
@deco('c')
class Deco: 'class doc'
print(Deco.__doc__, Deco.__name__, Deco.__module__)
global_var = 1
def setg():
    global global_var, new_global
    global_var += 1
    new_global = 'n'
setg(); print(global_var, new_global)
class G:
    global from_class
    from_class = 'fc'
print(from_class, hasattr(G, 'from_class'))
def gg():
    yield from (x for x in range(3) if x)
    return
print(list(gg()), sum(x * x for x in range(4)), max((len(w), w) for w in ['a', 'bbb']))
lam = lambda *a, k=1, **kw: (a, k, kw)
print(lam(1, 2, k=3, z=4), (lambda: (yield))().__class__.__name__)
print((lambda x, /, y: x + y)(1, y=2))
assert True, 'no'
try: assert 1 == 2, f'msg {1}'
except AssertionError as e: print(e.args)
try: assert 0
except AssertionError as e: print(e.args)
print(f"{'a' if True else 'b'}{[1,2][0]}{ {'k': 'v'}['k'] }{3.14159:.{2}f}{x!r:^12}{'nested ' + f'{1 + 1}'}")
val = 42
print(f"{val=} {val = :>5} {val = !s}")
print(f"{'{'}{{}}{'}'}", f'{"a" "b"}', rf'\n{val}', f"""multi
{val}""")
x = 5
x += x * 2; x -= 1; x **= 2; x //= 3; x %= 50; x <<= 2; x |= 1; x ^= 3; x &= 0xff; x >>= 1
print(x)
del x
try: x
except NameError as e: print(e)
def multi():
    a = b = c = []
    a.append(1)
    return a is b is c, b
print(multi())
print(*[1, 2], *(3,), sep='-', **{'end': '!\n'})
print([*range(2), *'ab'], {**{'a': 1}, 'b': 2, **{'a': 3}}, (*[1], 2), {*[1, 1], 2})
print((1,), (), [], {}, ((1)), 1,)
if 0: pass
elif 1: print('elif')
else: pass
w = 0
while w < 3:
    w += 1
    if w == 2: continue
else: print('while else', w)
for ch in 'ab':
    pass
else: print('for else', ch)
print(0 < 1 < 2 != 3 in [3] is not None)
