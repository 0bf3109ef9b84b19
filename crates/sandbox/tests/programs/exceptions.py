def f():
    try:
        raise ValueError("a")
    except ValueError as e:
        raise KeyError("b") from e
try: f()
except KeyError as e:
    print(repr(e), repr(e.__cause__), e.__suppress_context__, repr(e.__context__))
try:
    try: 1/0
    finally: print("fin1")
except ZeroDivisionError: print("zde")
def g():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: return "ret"
            print("body", i)
        finally: print("fin", i)
print(g())
def h():
    try: return 1
    finally: return 2
print(h())
try:
    try: raise ValueError(1)
    except ValueError:
        try: raise TypeError(2)
        except TypeError as e2: print(repr(e2.__context__))
        raise
except ValueError as e: print("reraised", e, repr(e.__context__))
try: raise
except RuntimeError as e: print(e)
try: raise 5
except TypeError as e: print(e)
def gen():
    try:
        yield 1
        yield 2
    except GeneratorExit: print("exit"); raise
    except ValueError as e: print("thrown", e); yield 99
    finally: print("gfin")
g1 = gen(); print(next(g1)); print(g1.throw(ValueError("v"))); 
try: next(g1)
except StopIteration: print("stop")
g2 = gen(); next(g2); g2.close()
def bad():
    yield 1
    raise StopIteration
try: list(bad())
except RuntimeError as e: print(e, repr(e.__cause__))
def noexit():
    try: yield
    except GeneratorExit: yield 3
g3 = noexit(); next(g3)
try: g3.close()
except RuntimeError as e: print(e)
def acc():
    t = 0
    while True:
        x = yield t
        if x is None: return t
        t += x
def deleg():
    r = yield from acc()
    yield ("r", r)
d = deleg(); next(d); d.send(3); d.send(4); print(d.send(None))
def inner():
    try: yield 1
    except KeyError: yield "caught"
def outer(): yield from inner()
o = outer(); next(o); print(o.throw(KeyError("k")))
try: next(iter([]))
except StopIteration as e: print("si", e.value)
print(next(iter([]), "dflt"))
def rec(n): return rec(n + 1)
try: rec(0)
except RecursionError as e: print(type(e).__name__, e)
try: undefined_x
except NameError as e: print(e)
def loc():
    print(zz)
    zz = 1
try: loc()
except UnboundLocalError as e: print(e)
def outer2():
    def inner(): return q
    try: inner()
    except NameError as e: print(e)
    q = 1
outer2()
for code in ("[1,2][5]", ):
    try: [1, 2][5]
    except IndexError as e: print(e)
try: {}["a"]
except KeyError as e: print(e)
try: a, b = 1, 2, 3
except ValueError as e: print(e)
try: a, b = [1]
except ValueError as e: print(e)
try: a, *b, c = [1]
except ValueError as e: print(e)
try: a, b = 5
except TypeError as e: print(e)
try: for_x = [x for x in 5]
except TypeError as e: print(e)
try: 5()
except TypeError as e: print(e)
try: "a" + 1
except TypeError as e: print(e)
try: 1 + "a"
except TypeError as e: print(e)
try: 1 < "a"
except TypeError as e: print(e)
try: len(5)
except TypeError as e: print(e)
try: None.x
except AttributeError as e: print(e)
try: 3 in 5
except TypeError as e: print(e)
try:
    with 5: pass
except TypeError as e: print(e)
try: assert 1 == 2, "msg"
except AssertionError as e: print(repr(e))
try: import nonexistent_mod
except ModuleNotFoundError as e: print(e, e.name)
def kwf(a, /, b, *, c=3): return a, b, c
for call in (lambda: kwf(a=1, b=2), lambda: kwf(1, 2, 3), lambda: kwf(1), lambda: kwf(1, 2, zz=3), lambda: kwf(*[1, 2], **{"c": 5}), lambda: kwf(**{"b": 1}), lambda: kwf(1, b=3, **{"b": 4})):
    try: print(call())
    except TypeError as e: print(e)
class E2(Exception): pass
e = E2("x"); e.add_note("n1"); print(e.__notes__)
try:
    try: raise E2("first")
    finally: raise E2("second")
except E2 as e: print(e, e.__context__)
