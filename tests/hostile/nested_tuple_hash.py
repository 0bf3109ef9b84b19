# error: RecursionError
# limit: steps
# done
t = ()
for _ in range(100000):
    t = (t,)
hash(t)
