# limit: memory_bytes
t = (1,)
while True:
    t = t + t
