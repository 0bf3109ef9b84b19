# limit: steps, memory_bytes
n = 7 ** 20000
while True:
    n = n * 7 + int("9" * 4000)
