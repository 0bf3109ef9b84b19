# limit: boundary_bytes
a = ["lol"]
for _ in range(60):
    a = [a, a]
tool(a)
