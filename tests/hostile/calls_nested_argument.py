# error: RecursionError
# error: ValueError
a = []
for _ in range(100000):
    a = [a]
tool(a)
