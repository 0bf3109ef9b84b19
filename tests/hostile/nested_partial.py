# error: RecursionError
# limit: steps, memory_bytes
# done
from functools import partial
f = partial(max, 1)
for _ in range(2000):
    f = partial(f, 1)
print(f(2))
