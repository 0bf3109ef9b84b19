# limit: memory_bytes, steps
l = [0] * 10 ** 9
