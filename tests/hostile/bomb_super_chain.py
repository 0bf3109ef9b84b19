# error: RecursionError
class A:
    def f(self):
        return super().__getattribute__("f")()


class B(A):
    def f(self):
        return self.f()


B().f()
