# error: AttributeError
# error: Unsupported
# error: TypeError
def f():
    pass
f.__code__.replace(co_code=b"")
