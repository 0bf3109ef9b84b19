# limit: memory_bytes
l = [1]
while True:
    l[0:0] = l
