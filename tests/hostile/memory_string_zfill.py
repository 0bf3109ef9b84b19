# limit: memory_bytes
"x".zfill(10 ** 9)
