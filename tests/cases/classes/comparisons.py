class Version:
    def __init__(self, text):
        self.parts = tuple(int(p) for p in text.split("."))
    def __eq__(self, other):
        return self.parts == other.parts
    def __lt__(self, other):
        return self.parts < other.parts
    def __le__(self, other):
        return self.parts <= other.parts
    def __repr__(self):
        return "v" + ".".join(map(str, self.parts))

vs = [Version(t) for t in ("1.10", "1.2", "0.9", "1.2.1")]
print(sorted(vs), max(vs), min(vs))
print(vs[0] > vs[1], vs[0] >= vs[1], vs[1] <= vs[1], vs[1] != vs[2])
try:
    hash(vs[0])
except TypeError as error:
    print(error)
try:
    {vs[0]: 1}
except TypeError as error:
    print(error)

class Odd:
    def __eq__(self, other):
        return NotImplemented

print(Odd() == Odd(), Odd() == 3, Odd() != 3)

class Always:
    def __eq__(self, other):
        return "truthy"
    def __contains__(self, item):
        return "nonempty"

print(Always() == 1, 1 == Always(), 5 in Always(), Always() in [1, 2])
print([Always()] == [3])
