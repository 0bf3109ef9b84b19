# limit: memory_bytes, steps
from itertools import permutations
list(permutations(range(12)))
