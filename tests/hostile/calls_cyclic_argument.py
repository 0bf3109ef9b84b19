# error: ValueError
# error: RecursionError
a = []
a.append(a)
tool(a)
