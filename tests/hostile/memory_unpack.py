# limit: memory_bytes, steps
def f(*args):
    return len(args)
f(*range(10 ** 10))
