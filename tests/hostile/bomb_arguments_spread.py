# limit: memory_bytes, steps
# error: TypeError
def f(*args, **kwargs):
    return f


f(*range(10 ** 9))
