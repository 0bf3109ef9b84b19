# limit: boundary_bytes
a = frozenset()
for i in range(60):
    a = frozenset([a, (a, i)])
tool(a)
