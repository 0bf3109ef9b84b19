# limit: memory_bytes
l = [0]
while True:
    l.extend(l)
