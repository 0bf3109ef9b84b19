for x in (0.1, 0.2, 0.1 + 0.2, 1.0, -0.0, 1e15, 1e16, 123456789012345680.0, 1e21, 1e22, 1e-4, 1e-5, 0.0001234, 1.5e300, 5e-324, 1.7976931348623157e308, 2 / 3, 100.0, 1e100, 3.0e-10, 12345.678):
    print(x, end=" ")
print()
print(float("inf"), float("-inf"), float("nan"), float("1e400"), -float("1e400"), float(" 1.5 "), float("1_0.5"), float("infinity"), float("-NaN"))
nan = float("nan")
print(nan == nan, nan != nan, nan < 1, nan in [nan], [nan] == [nan], max(1, nan), min(nan, 1))
print(float("inf") > 10 ** 400, float("inf") - float("inf"), 1e308 * 10, -1e308 * 10, 0.0 == -0.0, 1 / float("inf"))
print(0.1 + 0.2 == 0.3, 0.5 + 0.25 == 0.75, 1e16 + 1, 2 ** 53 + 1.0, 1.1 * 3, 4.35 * 100, 1.1 + 2.2)
print((2.5).is_integer(), (2.0).is_integer(), (0.75).as_integer_ratio(), (1.5).hex(), int(1e15), (0.5).conjugate())
print(str(1e5), repr(1e-7), 1e5, float(10 ** 15), float(10 ** 16), float(123456789), 3.0 * 2, 7.0 // 2, -7.5 // 2, -7.5 % 2, 7.5 % -2)
print(divmod(7.5, 2), divmod(-7.5, 2), 2.0 ** 10, 4 ** 0.5, 0.1 ** 2, (-2.0) ** 3, 10.0 ** -3, abs(-1.5), +1.5, -1.5)
for bad in (lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 10.0 ** 400, lambda: int(float("nan")), lambda: float("1.2.3"), lambda: float("--1")):
    try:
        print(bad())
    except (ArithmeticError, ValueError) as error:
        print(type(error).__name__, error)
print(hash(1.0), hash(0.5), hash(1e300) == hash(int(1e300)), hash(float("inf")), {1.0: "a", 1: "b"}, 3.0 == 3, 3.5 > 3)
