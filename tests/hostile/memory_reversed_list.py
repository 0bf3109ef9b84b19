# limit: memory_bytes, steps
list(reversed(range(10 ** 10)))
