# limit: memory_bytes
b"x" * 10 ** 10
