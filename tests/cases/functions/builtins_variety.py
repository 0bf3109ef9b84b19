print(abs(-3), abs(-2.5), min(3, 1, 2), max([4, 9, 2]), max("b", "a", key=ord))
print(min([], default="empty"), max([1, -5, 3], key=abs))
print(sum([1, 2, 3]), sum([0.5, 0.25], 1), sum([[1], [2]], []))
print(any([0, "", 3]), all([1, "a", []]), any([]), all([]))
print(divmod(17, 5), divmod(-17, 5), divmod(7.5, 2), pow(2, 10), pow(2, 10, 1000), pow(3, -1, 7))
print(round(2.5), round(3.5), round(-2.5), round(1.25, 1), round(1234, -2), round(2.675, 2))
print(bin(10), oct(64), hex(255), bin(-5), chr(8364), ord("é"))
print(list(zip([1, 2, 3], "ab")), list(enumerate("ab", start=5)), list(reversed([1, 2, 3])))
print(list(map(lambda a, b: a + b, [1, 2], [10, 20, 30])), list(filter(None, [0, 1, "", "x"])))
print(isinstance(True, int), issubclass(bool, int), isinstance(3, (str, int)), type(3) is int)
print(repr("a'b"), ascii("é€"), str(None), bool([]), int("  42 "), float("1e3"))
print(sorted({"b": 1, "a": 2}), list(range(10, 0, -3)), len(range(0, 100, 7)))
print(hash(1) == hash(1.0) == hash(True), id(None) == id(None), callable(print))
try:
    max([])
except ValueError as error:
    print("nothing to compare")
try:
    min(1)
except TypeError as error:
    print(error)
try:
    sum(["a", "b"])
except TypeError as error:
    print(error)
