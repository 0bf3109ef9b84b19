def f(a, b, *, c):
    pass

def g(a, b=1):
    pass

def h(x, /):
    pass

def none():
    pass

def attempt(call):
    try:
        call()
    except TypeError as error:
        print(error)

attempt(lambda: f())
attempt(lambda: f(1))
attempt(lambda: f(1, 2))
attempt(lambda: f(1, 2, 3, c=4))
attempt(lambda: f(1, 2, c=3, d=4))
attempt(lambda: f(1, 2, a=3, c=4))
attempt(lambda: g())
attempt(lambda: g(1, 2, 3))
attempt(lambda: h(x=1))
attempt(lambda: none(1))
attempt(lambda: none(**{"a": 1}))
attempt(lambda: f(1, **{"b": 2}, **{"b": 3}))
attempt(lambda: f(*5))
attempt(lambda: f(**5))
attempt(lambda: (lambda n: n())(5))
attempt(lambda: (lambda n: n())("abc"))
attempt(lambda: none(**{1: 2}))
