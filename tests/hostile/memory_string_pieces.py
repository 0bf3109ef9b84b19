# limit: memory_bytes
parts = []
n = 0
while True:
    n += 1
    parts.append(str(n) * 50)
