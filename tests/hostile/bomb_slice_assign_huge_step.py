# limit: memory_bytes, steps
a = [1]
a[:: 2 ** 62] = range(2 ** 62)
