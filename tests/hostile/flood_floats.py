# limit: steps, memory_bytes
s = set()
for i in range(10 ** 9):
    s.add(float(i) * 2.0 ** 64)
