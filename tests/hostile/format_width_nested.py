# error: ValueError, OverflowError
# limit: memory_bytes, steps
w = 10 ** 30
f"{1:{w}}"
