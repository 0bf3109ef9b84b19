# limit: memory_bytes, steps
"x".center(10 ** 10)
