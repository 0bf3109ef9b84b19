# limit: memory_bytes
[[0] for _ in range(10 ** 9)]
