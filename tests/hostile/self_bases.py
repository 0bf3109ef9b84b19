# error: NameError, TypeError
class A:
    pass


A.__bases__ = (A,)
class B(B):
    pass
