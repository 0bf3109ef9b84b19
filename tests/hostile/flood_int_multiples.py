# limit: steps, memory_bytes
d = {}
for i in range(10 ** 9):
    d[i * (2 ** 61 - 1)] = 1
