class Key:
    def __init__(self, name):
        self.name = name
    def __hash__(self):
        return len(self.name)
    def __eq__(self, other):
        return isinstance(other, Key) and self.name == other.name
    def __repr__(self):
        return f"K({self.name})"

d = {Key("a"): 1, Key("b"): 2}
d[Key("a")] = 10
print(d, d[Key("b")], Key("a") in d, Key("c") in d, len(d), d.get(Key("zz"), "none"))
del d[Key("a")]
print(d, d.pop(Key("b")), d.setdefault(Key("n"), 5), d)
s = {Key("x"), Key("y"), Key("x")}
print(len(s), Key("y") in s, s == {Key("y"), Key("x")})
s.discard(Key("x"))
s.add(Key("z"))
print(sorted(k.name for k in s), s & {Key("z")}, {Key("q"): 1} == {Key("q"): 1}, [Key("m")].index(Key("m")), [Key("a")].count(Key("a")))
from dataclasses import dataclass
@dataclass(frozen=True)
class P:
    x: int
    y: int
grid = {P(x, y): x * y for x in range(3) for y in range(3)}
print(grid[P(2, 2)], P(5, 5) in grid, len(grid), len({P(0, 0), P(0, 0), P(0, 1)}))
class Plain:
    pass
a, b = Plain(), Plain()
m = {a: "a", b: "b"}
print(m[a], m[b], Plain() in m, a == a, a == b, len({a, b, a}))
class BadHash:
    def __hash__(self):
        raise ValueError("no hash")
try:
    {BadHash(): 1}
except ValueError as error:
    print(error)
try:
    d[[]] = 1
except TypeError as error:
    print(error)
print({Key("a"): {Key("b"): 1}}, dict([(Key("k"), 1), (Key("k"), 2)]), dict.fromkeys([Key("r"), Key("r")]), {k: 1 for k in [Key("t"), Key("t")]})
