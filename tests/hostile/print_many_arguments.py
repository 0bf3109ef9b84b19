# limit: output_bytes
print(*range(100000))
