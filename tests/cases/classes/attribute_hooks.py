class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "target", target)
        object.__setattr__(self, "log", [])
    def __getattr__(self, name):
        self.log.append(("get", name))
        return getattr(self.target, name)
    def __setattr__(self, name, value):
        self.log.append(("set", name, value))
        setattr(self.target, name, value)
    def __delattr__(self, name):
        self.log.append(("del", name))
        delattr(self.target, name)

class Thing:
    size = 3

thing = Thing()
p = Proxy(thing)
p.color = "red"
print(p.size, p.color, thing.color)
del p.color
print(hasattr(p, "color"), p.log)

class Loud:
    x = 1
    def __getattribute__(self, name):
        return f"<{name}> {object.__getattribute__(self, 'x')}"

print(Loud().x, Loud().anything)

class Strict:
    __slots__ = ("a", "b")
    def __init__(self):
        self.a = 1

s = Strict()
s.b = 2
print(s.a, s.b)
try:
    s.c = 3
except AttributeError as error:
    print(type(error).__name__)
