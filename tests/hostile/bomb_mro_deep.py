# limit: memory_bytes, steps
# error: RecursionError, Unsupported
c = object
while True:
    c = type("C", (c,), {})
