# error: Unsupported, TypeError, AttributeError
class C:
    pass


c = C()
c.__class__ = int
