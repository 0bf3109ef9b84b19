# limit: steps
s = "a" * 100000
t = "a" * 50000 + "b"
while True:
    s.find(t)
