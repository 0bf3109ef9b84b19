# limit: boundary_bytes
# A small list whose copy is a million times as large.
s = "x" * 10 ** 6
tool([s] * 10 ** 6)
