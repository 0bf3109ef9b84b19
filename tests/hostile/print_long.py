# limit: output_bytes
print("x" * 10 ** 6)
