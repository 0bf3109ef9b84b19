# limit: steps
import math
a, b = 3 ** 10000, 7 ** 8000
while True:
    math.gcd(a, b)
