cases = [
    lambda: [1, 2][5], lambda: (1,)[-2], lambda: "abc"[10], lambda: {"a": 1}["b"], lambda: {1: 2}[(3,)],
    lambda: [].pop(), lambda: {}.popitem(), lambda: {}.pop("x"), lambda: set().pop(), lambda: {1}.remove(2),
    lambda: 1 + "a", lambda: "a" + 1, lambda: [1] + (2,), lambda: {} + {}, lambda: None - 1, lambda: "a" * "b", lambda: -"x",
    lambda: "a" < 1, lambda: [] < {}, lambda: None > 0, lambda: 3 in 5, lambda: "a" in 5, lambda: 1 in "abc",
    lambda: (lambda o: o[0])(5), lambda: (lambda o: o["a"])([1]), lambda: (lambda o: o["a"])((1,)), lambda: (lambda o: o["a"])("s"), lambda: {}[[]],
    lambda: {(lambda: [])(): 1}, lambda: {(lambda: {})()}, lambda: hash([]), lambda: hash({}), lambda: len(5), lambda: iter(5), lambda: next(5),
    lambda: list(5), lambda: dict(5), lambda: dict([1]), lambda: dict([(1, 2, 3)]), lambda: int([]), lambda: int(None), lambda: float([]),
    lambda: int("1.5"), lambda: int(""), lambda: float(""), lambda: int(float("nan")), lambda: int(float("inf")),
    lambda: (lambda o: o["a"])(None), lambda: "".join([1]), lambda: ",".join(5), lambda: "a".split(""), lambda: "abc".foo, lambda: bytes([256]), lambda: range(1, 2, 0),
    lambda: 2 ** "a", lambda: 1 << -1, lambda: 1 >> -1, lambda: 10 ** 400 * 1.0, lambda: 0 ** -1, lambda: 0.0 ** -1,
    lambda: sorted([1, "a"]), lambda: max(1, "a"), lambda: sum("ab"), lambda: abs("a"), lambda: round("a"), lambda: chr(2000000), lambda: ord(5),
    lambda: isinstance(1, "int"), lambda: "%d" % "x", lambda: "%d %d" % 1, lambda: "%d" % (1, 2), lambda: "{}{}".format(1), lambda: "{x}".format(),
    lambda: zip(5), lambda: enumerate(5), lambda: map(len), lambda: reversed(5), lambda: [1, 2].index(9), lambda: (1,).index(9),
]
for n, case in enumerate(cases):
    try:
        print(n, "no error", case())
    except Exception as error:
        print(n, type(error).__name__, error, sep=": ")
