import math

print(math.gamma(5))
