# limit: memory_bytes
s = set()
n = 0
while True:
    s.add((n, n))
    n += 1
