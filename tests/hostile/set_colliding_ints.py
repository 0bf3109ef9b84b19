# limit: steps
m = 2 ** 61 - 1
s = set(i * m for i in range(10 ** 6))
