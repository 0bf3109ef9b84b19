# limit: memory_bytes
def g():
    x = [0] * 10
    yield x
keep = []
while True:
    it = g()
    next(it)
    keep.append(it)
