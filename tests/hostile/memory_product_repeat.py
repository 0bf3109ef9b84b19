# limit: memory_bytes, steps
from itertools import product
next(product([1], repeat=10 ** 9))
