# error: RecursionError
# limit: memory_bytes
# done
e = [1, 2]
for _ in range(50000):
    e = enumerate(e)
next(e)
