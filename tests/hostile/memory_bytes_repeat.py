# limit: memory_bytes, steps
b"x" * 10 ** 10
