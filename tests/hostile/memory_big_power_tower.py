# limit: memory_bytes, steps
9 ** 9 ** 9 ** 9
