# limit: memory_bytes, steps
# error: RecursionError, ExceptionGroup
e = ValueError()
for _ in range(100000):
    e = ExceptionGroup("g", [e])
raise e
