class Stack(list):
    def push(self, x):
        self.append(x)
        return self
    def peek(self):
        return self[-1]

s = Stack([1, 2]).push(3)
print(s, s.peek(), len(s), s == [1, 2, 3], isinstance(s, list), type(s).__name__, s[1:], sum(s))

class Default(dict):
    def __missing__(self, key):
        return f"<{key}>"

d = Default(a=1)
print(d["a"], d["b"], d.get("b"), len(d), d)

class Upper(str):
    def shout(self):
        return self.upper() + "!"

u = Upper("hey")
print(u.shout(), u + "x", u == "hey", len(u), {u: 1}["hey"])

class Money(int):
    def __repr__(self):
        return f"${int(self)}"

m = Money(5)
print(m, repr(m), m + 1, [m], m == 5, Money(7) > m)

class Both(tuple):
    @property
    def first(self):
        return self[0]

print(Both((4, 5)).first, Both([1]), Both() == ())

class LoudSet(set):
    def add(self, x):
        print("add", x)
        super().add(x)

l = LoudSet()
l.add(3)
print(sorted(l), 3 in l)
