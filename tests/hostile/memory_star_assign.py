# limit: memory_bytes, steps
a, *b = range(10 ** 10)
