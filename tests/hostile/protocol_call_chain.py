# error: RecursionError, TypeError
class C:
    pass


C.__call__ = C()
C()()
