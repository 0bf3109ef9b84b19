# error: OverflowError
import math
math.exp(10 ** 5)
