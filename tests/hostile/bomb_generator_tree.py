# limit: steps, memory_bytes
# error: RecursionError
def tree(n):
    yield n
    yield from tree(n + 1)
    yield from tree(n + 1)


for x in tree(0):
    pass
