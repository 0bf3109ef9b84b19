# error: ValueError
# limit: memory_bytes, steps
f"{1.5:.999999999f}"
