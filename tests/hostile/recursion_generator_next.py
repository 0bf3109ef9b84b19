# error: RecursionError
def g():
    yield next(g())
list(g())
