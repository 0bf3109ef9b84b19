# limit: steps
d = {i: i for i in range(50000)}
while True:
    k = next(iter(d))
    del d[k]
    d[k] = k
