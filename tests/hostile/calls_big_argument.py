# limit: boundary_bytes, memory_bytes, calls, output_bytes
while True:
    tool("x" * 10 ** 6)
