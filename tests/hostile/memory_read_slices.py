# limit: memory_bytes, steps
l = list(range(10 ** 5))
keep = []
while True:
    keep.append(l[:])
