# limit: memory_bytes
l = [0] * 10 ** 9
