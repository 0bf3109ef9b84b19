# limit: steps
n = 10 ** 4200
while True:
    str(n)
