# limit: steps
# error: RecursionError, ValueError
def g():
    yield from it


it = g()
list(it)
