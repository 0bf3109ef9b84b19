# error: OverflowError
# error: MemoryError
# limit: memory_bytes, steps
"ab" * 10 ** 30
