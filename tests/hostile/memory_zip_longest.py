# limit: memory_bytes, steps
from itertools import zip_longest, count
list(zip_longest(count(), [1]))
