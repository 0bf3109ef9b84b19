# limit: steps
n = 3 ** 50000
while True:
    n * n
