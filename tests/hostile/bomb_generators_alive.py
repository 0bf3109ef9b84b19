# limit: memory_bytes, steps
def g():
    x = [0] * 100
    yield x


alive = []
while True:
    it = g()
    next(it)
    alive.append(it)
