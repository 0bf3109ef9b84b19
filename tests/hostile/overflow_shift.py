# error: OverflowError
# limit: memory_bytes
1 << 10 ** 30
