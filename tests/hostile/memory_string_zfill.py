# limit: memory_bytes, steps
"x".zfill(10 ** 9)
