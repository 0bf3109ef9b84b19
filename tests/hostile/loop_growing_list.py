# limit: steps, memory_bytes
l = [1]
for x in l:
    l.append(x)
