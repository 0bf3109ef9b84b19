# limit: memory_bytes
t = ()
while True:
    t = (t, t)
