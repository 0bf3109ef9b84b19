# limit: memory_bytes, steps
a = [1, 1, 1, 1, 1, 1, 1, 1]
for _ in range(12):
    a = [a, a, a, a, a, a, a, a]
repr(a)
