# error: RecursionError
# done
from dataclasses import dataclass


@dataclass
class N:
    n: object


a = None
for _ in range(5000):
    a = N(a)
repr(a)
