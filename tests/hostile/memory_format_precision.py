# limit: memory_bytes, steps
# error: ValueError
f"{1.5:.{10 ** 9}f}"
