print("{} {}".format(1, 2), "{1} {0}".format("a", "b"), "{x} {y}".format(x=1, y=2), "{0} {0!r} {k}".format("s", k=3))
print("{:>5}|{:<5}|{:^5}".format(1, 2, 3), "{0:>{1}}".format("a", 4), "{:{w}.{p}f}".format(3.14159, w=8, p=2))
print("{0[1]} {0[2]}".format([1, 2, 3]), "{d[key]}".format(d={"key": "v"}), "{{}} {}".format("x"))

class P:
    x = 5
    y = [1, 2]

print("{p.x} {p.y[1]}".format(p=P()), "{!r:>6}".format("a"))
for text, args in (("{} {}", (1,)), ("{2}", (1,)), ("{} {0}", (1, 2)), ("{", ()), ("}", ()), ("{x}", ()), ("{!z}", (1,)), ("{0.nope}", (1,)), ("{:d}", ("a",))):
    try:
        print(text.format(*args))
    except Exception as error:
        print(text, type(error).__name__, error)
print("{a} {b}".format_map({"a": 1, "b": 2}))
