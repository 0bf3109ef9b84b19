# limit: memory_bytes, steps
s = "a" * 10 ** 5
s.replace("a", "b" * 10 ** 5)
