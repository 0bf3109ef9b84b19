# limit: memory_bytes
s = "a" * 10 ** 5
s.replace("a", "b" * 10 ** 5)
