class Point:
    __match_args__ = ("x", "y")
    def __init__(self, x, y):
        self.x, self.y = x, y

class Circle:
    def __init__(self, center, r):
        self.center, self.r = center, r

def describe(o):
    match o:
        case Point(0, 0):
            return "origin"
        case Point(0, y):
            return f"on y at {y}"
        case Point(x=px, y=0):
            return f"on x at {px}"
        case Point():
            return "point"
        case Circle(center=Point(x, y), r=r):
            return f"circle {x} {y} {r}"
        case {"type": "user", "name": str(name), **rest}:
            return f"user {name} {rest}"
        case {"items": [{"id": first}, *others]}:
            return f"items {first} +{len(others)}"
        case {"a": {"b": value}}:
            return f"deep {value}"
        case {}:
            return "some mapping"
        case [Point(x=a), Point(x=b)]:
            return f"two points {a} {b}"
        case str() | bytes():
            return "text"
        case _:
            return "?"

for o in (Point(0, 0), Point(0, 5), Point(4, 0), Point(1, 1), Circle(Point(1, 2), 3), {"type": "user", "name": "Ann", "age": 3},
          {"type": "user", "name": 5}, {"items": [{"id": 1}, {"id": 2}]}, {"a": {"b": 9}}, {}, [Point(1, 0), Point(2, 0)], "s", 3):
    print(describe(o))

class Color:
    RED = 1
    GREEN = 2

def color(c):
    match c:
        case Color.RED:
            return "red"
        case Color.GREEN:
            return "green"
        case other:
            return f"other {other}"

print(color(1), color(2), color(3))
try:
    match Point(1, 2):
        case Point(1, 2, 3):
            pass
except TypeError as error:
    print(error)
