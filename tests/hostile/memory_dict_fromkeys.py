# limit: memory_bytes, steps
dict.fromkeys(range(10 ** 10))
