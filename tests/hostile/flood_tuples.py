# limit: steps, memory_bytes
s = set()
for i in range(10 ** 9):
    s.add((i, -i, (i, i)))
