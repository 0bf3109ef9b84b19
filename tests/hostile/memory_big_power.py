# limit: memory_bytes, steps
10 ** 10 ** 9
