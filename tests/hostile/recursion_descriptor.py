# error: RecursionError
class D:
    def __get__(self, instance, owner):
        return instance.d
class A:
    d = D()
A().d
