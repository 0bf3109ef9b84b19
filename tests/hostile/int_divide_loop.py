# limit: steps
n, m = 3 ** 50000, 7 ** 9000
while True:
    n % m
