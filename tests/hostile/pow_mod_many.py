# limit: steps
while True:
    pow(3, 10 ** 300, 10 ** 301 + 1)
