# limit: memory_bytes, steps
list("\u4e2d" * 10 ** 7)
