# error: RecursionError, Unsupported
class Base:
    def __init_subclass__(cls):
        type("Next", (cls,), {})
class Start(Base):
    pass
