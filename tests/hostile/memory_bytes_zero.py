# limit: memory_bytes, steps
bytes(10 ** 10)
