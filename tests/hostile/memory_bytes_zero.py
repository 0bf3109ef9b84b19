# limit: memory_bytes
bytes(10 ** 10)
