"""copy and deepcopy: what is shared, what is its own copy, and the memo."""

import copy, enum, re

class A:

    def __init__(self):
        self.x = [1, 2]
        self.me = self

class B:

    def __deepcopy__(self, memo):
        b = B()
        memo[id(self)] = b
        b.v = 1
        return b

class C:

    def __copy__(self):
        return 'copied'

class E(enum.Enum):
    R = 1
a = A()
b = copy.deepcopy(a)
print(b.me is b, b.x, b.x is a.x)
l = [1]
t = (l,)
l.append(t)
u = copy.deepcopy(t)
print(u[0][1] is u)
s = [B()]
s.append(s[0])
r = copy.deepcopy(s)
print(r[0] is r[1], r[0].v)
print(copy.copy(C()), copy.deepcopy({1: {2, 3}, 'a': (1, 2)}), copy.deepcopy(E.R) is E.R, copy.copy(E.R) is E.R)
print(copy.deepcopy(len) is len, copy.deepcopy(int) is int, copy.deepcopy(A) is A, copy.deepcopy(E) is E)
t = (1, (2, 3))
print(copy.deepcopy(t) is t)
f = lambda: 0
print(copy.deepcopy(f) is f, copy.copy(f) is f, copy.deepcopy(None), copy.copy(...), copy.deepcopy(re.compile('a')).pattern)

class L(list):
    pass
x = L([1, [2]])
x.n = 3
y = copy.deepcopy(x)
print(y, y.n, type(y).__name__, y[1] is x[1], copy.copy(x)[1] is x[1])
m = {}
q = [1, 2]
z = copy.deepcopy(q, m)
print(m[id(q)] is z, copy.deepcopy(q, m) is z)
try:
    copy.deepcopy((i for i in [1]))
except TypeError as e:
    print(e)

class D(dict):
    pass
d = D(a=[1])
dd = copy.deepcopy(d)
print(dd, dd['a'] is d['a'])
er = copy.copy(ValueError(1, 2))
print(repr(er))
