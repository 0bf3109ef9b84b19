class A:
    def __init__(self, x):
        self.x = x
    def m(self, y):
        return y

def attempt(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error, sep=": ")

attempt(lambda: A())
attempt(lambda: A(1, 2))
attempt(lambda: A(1).m())
attempt(lambda: A(1).m(1, 2))
attempt(lambda: A.m(1))
attempt(lambda: A(1).y)
attempt(lambda: A.y)
attempt(lambda: A(1)[0])
attempt(lambda: A(1)())
attempt(lambda: iter(A(1)))
attempt(lambda: len(A(1)))
attempt(lambda: A(1) + A(2))
attempt(lambda: A(1) < A(2))
attempt(lambda: 3 in A(1))
attempt(lambda: object().x)
attempt(lambda: None.x)
attempt(lambda: (5).x)
attempt(lambda: "s".x)
attempt(lambda: [].x)
attempt(lambda: {}.x)
attempt(lambda: isinstance(1, 5))
attempt(lambda: int.nothing)

class NoInit:
    pass

attempt(lambda: NoInit(1))
attempt(lambda: type(NoInit()).__name__)
