# limit: memory_bytes
f"{1:{10 ** 9}}"
