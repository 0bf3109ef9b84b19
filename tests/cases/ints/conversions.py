for text in ("5", " -5 ", "+7", "0x1f", "1_0", "1__0", "_1", "", "3.0", "1e3", "--1", "0b1"):
    try:
        print(repr(text), int(text))
    except ValueError as error:
        print(error)
print(int(3.99), int(-3.99), int(True), int("101", 2), int("-0x1F", 16), int("0o17", 0), int("7", base=8))
for base, text in ((2, "12"), (16, "xyz"), (36, "Zz"), (0, "012"), (1, "1"), (37, "1")):
    try:
        print(int(text, base))
    except ValueError as error:
        print(error)
print(True + True, True * 5, sum([True, False, True]), True == 1, "ab"[True], {1: "one"}[True])
print((5).bit_length(), (0).bit_length(), (-5).bit_length(), (5).conjugate(), (5).numerator, (5).denominator, (5).is_integer() if hasattr(5, "is_integer") else True)
print(round(15, -1), round(25, -1), round(-15, -1), round(123456, -3), round(5), round(5, 2))
print(0b1010, 0o17, 0xFF, 1_000_000, 0xdead_beef, 00)
print(5 / 2, 4 / 2, 1 / 3, 10 ** -2, 7 // 2.0, 7 % 2.5, -7 % 2.5, 2 ** 0.5, (-8) ** 2)
print(5 & 3, 5 | 3, 5 ^ 3, ~5, 1 << 10, 1024 >> 3, -5 >> 1, -5 & 0xF, True & False, True | False, True ^ True, ~True + 1)
