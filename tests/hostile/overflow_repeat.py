# error: OverflowError
# error: MemoryError
# limit: memory_bytes
"ab" * 10 ** 30
