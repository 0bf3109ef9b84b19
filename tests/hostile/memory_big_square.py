# limit: memory_bytes, steps
n = 3
while True:
    n = n * n
