# limit: memory_bytes, steps
from collections import Counter
Counter(range(10 ** 9))
