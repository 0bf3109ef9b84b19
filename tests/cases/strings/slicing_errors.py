s = "python"
print(s[0], s[-1], s[1:3], s[:2], s[3:], s[:], s[::2], s[::-1], s[10:], s[-100:2], s[4:1], s[5:1:-2], s[None:None])
for call in (lambda: s[6], lambda: s[-7], lambda: s["a"], lambda: s[1.0], lambda: s[::0]):
    try:
        call()
    except (IndexError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
try:
    s[0] = "x"
except TypeError as error:
    print(error)
try:
    del s[0]
except TypeError as error:
    print(error)
try:
    s.append("x")
except AttributeError as error:
    print(error)
print(s.index("th"), s.find("o", 2), s.find("o", 5), s.rindex("n"), s.find("", 10), s.find(""), s.count("", 2))
print("a" * 0, "a" * -1, 3 * "ab", "x" in s, "" in s, s.startswith(""), s == "pyth" + "on")
it = iter("abc")
print(next(it), list(it), list(reversed("abc")), list(enumerate("ab")), tuple("ab"), set("a"), dict(zip("ab", [1, 2])))
print(s.__len__(), s.__contains__("y"), s.__getitem__(1), "a".__add__("b"), "a".__eq__("a"), "a".__lt__("b"), s.__class__.__name__)
print("Line one\nLine two".split("\n"), "key: value: more".split(": ", 1), "a|b|c".split("|", -1), "1,2,3".split(",", 0))
