# limit: memory_bytes, steps
s = "x"
while True:
    s = f"{s}{s}{s}{s}"
