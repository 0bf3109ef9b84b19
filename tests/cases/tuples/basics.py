t = (1, "a", 2.5)
print(t, t[0], t[-1], t[1:], len(t), t + (4,), t * 2, "a" in t, t.index("a"), t.count(1), (), (1,), hash((1, 2)) == hash((1, 2)))
print((1, 2) < (1, 3), (1,) < (1, 0), (1, 2) == (1, 2), (1, 2) == [1, 2], tuple("ab"), tuple([1]), tuple(), 1 in (), max((3, 1)))
d = {(0, 0): "origin", (1, 2): "p"}
print(d[0, 0], d[(1, 2)], (0, 1) in d)
x = 1,
print(x, type(x).__name__, (1), ((1, 2), (3,)), tuple(x * 2 for x in range(3)))
try:
    t[0] = 5
except TypeError as error:
    print(error)
try:
    hash(([],))
except TypeError as error:
    print(error)
try:
    t + [1]
except TypeError as error:
    print(error)
def pair():
    return 1, 2
a, b = pair()
print(a, b, pair()[1], *pair(), sorted([(2, "b"), (1, "z"), (2, "a")]), t[::-1], t != (1,), bool(()), bool((0,)))
from collections import namedtuple
Point = namedtuple("Point", "x y")
p = Point(1, y=2)
print(p, p.x, p[1], p._asdict(), p._replace(x=5), p == (1, 2), Point._fields, Point._make([7, 8]), [*p])
x, y = p
print(x, y, isinstance(p, tuple))
try:
    Point(1)
except TypeError as error:
    print(error)
from typing import NamedTuple
class Employee(NamedTuple):
    name: str
    id: int = 3
    def label(self):
        return f"{self.name}#{self.id}"
e = Employee("Guido")
print(e, e.label(), e == ("Guido", 3))
