# error: RecursionError
from dataclasses import dataclass


@dataclass
class N:
    n: object


a = N(None)
b = N(None)
a.n = a
b.n = b
a == b
