# limit: memory_bytes, steps
t = {97: "a" * 1000}
s = "a"
while True:
    s = s.translate(t)
