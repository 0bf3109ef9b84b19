# limit: memory_bytes
s = "x"
while True:
    s += s
