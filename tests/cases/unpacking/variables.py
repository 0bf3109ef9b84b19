"""Targets that are plain variables side by side, and what stays of them when unpacking fails."""


def side(values):
    a, b, c = values
    b, c = c, b
    (d, e), f = [b, c], a
    return a, b, c, d, e, f


print(side((1, 2, 3)), side([1, 2, 3]), side("xyz"), side(iter(range(3))), side({1: 2, 3: 4, 5: 6}))


def kept(values):
    a, b = 1, 2
    try:
        a, b = values
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)
    return a, b


def fails():
    yield 9
    raise ValueError("half way")


print(kept([1]), kept((1, 2, 3)), kept(5), kept(fails()), kept("xy"))


def same(values):
    values, rest = values
    return values, rest


print(same([1, [2]]))


def first(values):
    a, a = values
    return a


print(first([1, 2]))
