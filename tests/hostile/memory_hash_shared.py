# limit: steps
t = (1,)
for _ in range(60):
    t = (t, t)
hash(t)
