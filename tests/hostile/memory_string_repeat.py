# limit: memory_bytes, steps
s = "x" * 10 ** 10
