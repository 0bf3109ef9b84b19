# limit: steps
d = {}
m = 2 ** 61 - 1
for i in range(10 ** 6):
    d[i * m] = i
