# limit: steps
l = list(range(20000))
while True:
    -1 in l
