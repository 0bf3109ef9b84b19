# limit: steps
d = {}
i = 0
while True:
    d[i] = 1
    del d[i]
    i += 1
