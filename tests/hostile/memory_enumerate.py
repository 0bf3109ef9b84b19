# limit: memory_bytes, steps
list(enumerate(range(10 ** 10)))
