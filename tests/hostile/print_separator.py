# limit: output_bytes
print(1, 2, sep="-" * 10 ** 6)
