# limit: memory_bytes, steps
sorted(range(10 ** 10))
