# error: AttributeError, Unsupported
def f():
    pass


"{0.__code__.co_consts}".format(f)
