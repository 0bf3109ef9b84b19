# error: ValueError
# limit: output_bytes
raise ValueError("x" * 10 ** 6)
