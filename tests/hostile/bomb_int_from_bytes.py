# limit: memory_bytes, steps
# error: ValueError
n = int.from_bytes(b"\xff" * 10 ** 7, "big")
while True:
    n = n * n
