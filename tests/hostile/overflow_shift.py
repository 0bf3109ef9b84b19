# error: OverflowError
# limit: memory_bytes, steps
1 << 10 ** 30
