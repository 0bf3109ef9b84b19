# limit: memory_bytes, steps
a = [1]
for x, y in zip(a, a):
    a.append(x)
