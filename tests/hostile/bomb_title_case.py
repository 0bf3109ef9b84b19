# limit: memory_bytes, steps
s = "\u0390" * 10 ** 6
while True:
    s = s.upper() + s
