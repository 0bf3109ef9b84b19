# limit: memory_bytes
b = bytearray(b"x")
while True:
    b.extend(b)
