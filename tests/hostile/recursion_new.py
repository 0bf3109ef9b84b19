# error: RecursionError
class A:
    def __new__(cls):
        return cls()
A()
