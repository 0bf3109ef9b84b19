# error: TypeError
class C:
    __iter__ = None


list(C())
