buffer = bytearray(b"abc")
buffer.append(33)
print(buffer)
