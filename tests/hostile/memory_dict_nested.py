# limit: memory_bytes
d = {}
while True:
    d = {"inner": d, "again": {1: 2}}
