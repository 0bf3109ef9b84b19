# limit: steps, memory_bytes
d = {}
i = 0
while True:
    d["x" * 1000 + str(i)] = 1
    i += 1
