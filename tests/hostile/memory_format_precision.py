# limit: memory_bytes
# error: ValueError
f"{1.5:.{10 ** 9}f}"
