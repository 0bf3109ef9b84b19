# limit: memory_bytes, steps
import itertools

list(itertools.combinations(range(100), 50))
