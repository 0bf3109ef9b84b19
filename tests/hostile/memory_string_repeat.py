# limit: memory_bytes
s = "x" * 10 ** 10
