# limit: steps
while True:
    sorted(range(10000), key=lambda x: -x)
