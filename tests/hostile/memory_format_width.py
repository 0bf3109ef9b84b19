# limit: memory_bytes, steps
f"{1:{10 ** 9}}"
