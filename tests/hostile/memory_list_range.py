# limit: memory_bytes, steps
list(range(10 ** 12))
