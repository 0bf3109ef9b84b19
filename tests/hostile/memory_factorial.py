# limit: memory_bytes, steps
import math
math.factorial(10 ** 7)
