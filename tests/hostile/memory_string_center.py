# limit: memory_bytes
"x".center(10 ** 10)
