# error: RuntimeError
def g():
    next(iter([]))
    yield
list(g())
