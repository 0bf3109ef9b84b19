def plain(a, b=2, *rest, c, d=4, **more):
    return a, b, rest, c, d, more

print(plain(1, c=3))
print(plain(1, 5, 6, 7, c=8, e=9, f=10))
print(plain(*[1, 2], *(3, 4), **{"c": 5}, **{"z": 6}))

def only_position(a, b=10, /, c=20, *, d=30):
    return a + b + c + d

print(only_position(1), only_position(1, 2), only_position(1, 2, c=3, d=4))

def names(a, /, **kw):
    return a, kw

print(names(1, a=2))

def annotated(x: int, y: "str" = "z") -> bool:
    "Documented."
    return bool(x) and y

print(annotated(1), annotated.__name__, annotated.__doc__)
f = lambda x, *y, k=1, **z: (x, y, k, z)
print(f(1), f(1, 2, 3, k=4, q=5))
print((lambda: 7)(), (lambda *a: a)(1, 2))
