# error: RecursionError, Unsupported
class C:
    def __init_subclass__(cls):
        type("D", (cls,), {})


class E(C):
    pass
