def f(*a, **k): return a, k
class C:
    def m(self, **k): return k
for g in (lambda: f(**{'a': 1}, **{'a': 2}), lambda: f(a=1, **{'a': 2}), lambda: f(**5), lambda: f(*5), lambda: [*5], lambda: {**5}, lambda: {*5}, lambda: f(**{1: 2}), lambda: print(*5), lambda: print(**{'sep': 1}, **{'sep': 2}), lambda: C().m(**{'x': 1}, **{'x': 2}), lambda: (*5,), lambda: f(**{'x': 1, **{'y': 2}}, z=3), lambda: max(*[1, 2], **{'key': lambda v: -v}), lambda: dict(**{'a': 1}, b=2), lambda: 'a' + 1, lambda: [] + (), lambda: 1 + 'a', lambda: 'a' * 'b', lambda: b'a' + 'b', lambda: 2 ** 'a', lambda: {} | [], lambda: -'a', lambda: 'a' < 1, lambda: [1] < ['a'], lambda: None | None):
    try: print(g())
    except TypeError as e: print(e)
x = 'a'
try: x += 1
except TypeError as e: print(e)
x = 1
try: x += 'a'
except TypeError as e: print(e)
try: x @= 2
except TypeError as e: print(e)
