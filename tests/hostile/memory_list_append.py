# limit: memory_bytes
l = []
while True:
    l.append(1.5)
