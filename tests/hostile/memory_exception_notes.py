# limit: memory_bytes, steps
e = ValueError()
while True:
    e.add_note("n" * 1000)
