class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __repr__(self):
        return f"Vector({self.x}, {self.y})"
    def __add__(self, other):
        if not isinstance(other, Vector):
            return NotImplemented
        return Vector(self.x + other.x, self.y + other.y)
    def __radd__(self, other):
        return self if other == 0 else NotImplemented
    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __neg__(self):
        return Vector(-self.x, -self.y)
    def __eq__(self, other):
        return isinstance(other, Vector) and (self.x, self.y) == (other.x, other.y)
    def __hash__(self):
        return hash((self.x, self.y))
    def __abs__(self):
        return (self.x ** 2 + self.y ** 2) ** 0.5
    def __bool__(self):
        return bool(self.x or self.y)
    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self
    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

a, b = Vector(1, 2), Vector(3, 4)
print(a + b, a * 3, 3 * a, -a, abs(b), a @ b, sum([a, b]))
print(a == Vector(1, 2), a != b, bool(Vector(0, 0)), len({a, Vector(1, 2), b}))
c = a
a += b
print(a, c, a is c)
for bad in (lambda: a + 1, lambda: "x" + a, lambda: a - b, lambda: a < b, lambda: ~a):
    try:
        bad()
    except TypeError as error:
        print(error)
