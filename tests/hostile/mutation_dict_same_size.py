# done
# limit: steps
# error: RuntimeError
d = {i: i for i in range(100)}
for k in d:
    del d[k]
    d[k + 1000] = 1
