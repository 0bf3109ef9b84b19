class Meta:
    names = []
    for n in ("a", "b"):
        names.append(n)
    def helper(x):
        return x * 2
    value = helper(21)
    class Inner:
        depth = 2
        def who(self):
            return type(self).__qualname__
    if value > 10:
        big = True
    else:
        small = True

print(Meta.names, Meta.n, Meta.value, Meta.Inner.depth, Meta.Inner().who(), Meta.big, hasattr(Meta, "small"))

class Private:
    def __init__(self):
        self.__secret = 1
    def get(self):
        return self.__secret

p = Private()
print(p.get(), p._Private__secret, hasattr(p, "__secret"), sorted(vars(p)))
Meta.added = lambda self: "added later"
print(Meta().added())
Dynamic = type("Dynamic", (Private,), {"x": 5, "hi": lambda self: f"hi {self.x}"})
print(Dynamic().hi(), Dynamic.__name__, Dynamic().get())
