# limit: memory_bytes
1 << 10 ** 10
