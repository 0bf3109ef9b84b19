"""math: the constants. The functions are natives."""

pi = 3.141592653589793
e = 2.718281828459045
tau = 6.283185307179586
inf = float("inf")
nan = float("nan")


def prod(iterable, /, *, start=1):
    value = start
    for item in iterable:
        value = value * item
    return value


def sumprod(p, q, /):
    if len(p) != len(q):
        raise ValueError("Inputs are not the same length")
    pairs = [a * b for a, b in zip(p, q)]
    return fsum(pairs) if any([isinstance(x, float) for x in pairs]) else sum(pairs)
