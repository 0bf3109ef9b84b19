# limit: memory_bytes, steps
from collections import Counter

list(Counter({"a": 10 ** 12}).elements())
