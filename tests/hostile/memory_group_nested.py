# limit: memory_bytes, steps
e = ValueError()
while True:
    e = ExceptionGroup("g", [e, e])
