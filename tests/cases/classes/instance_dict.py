class Record:
    def __init__(self, **values):
        self.__dict__.update(values)

    def __repr__(self):
        return f"Record({self.__dict__})"

r = Record(a=1, b=2)
r.__dict__["c"] = 3
attributes = vars(r)
attributes["d"] = 4
print(r, r.c, r.d, "a" in r.__dict__, len(vars(r)), list(vars(r).items()))
del r.__dict__["a"]
print(hasattr(r, "a"), vars(r).pop("b"), vars(r).setdefault("e", 5), r.e, vars(r).get("zz"))
copied = dict(vars(r))
copied["c"] = "other"
print(r.c, copied["c"], vars(r) == {"c": 3, "d": 4, "e": 5})

def function():
    pass

function.__dict__["tag"] = "t"
print(function.tag, function.__dict__)

class Lazy:
    def __init__(self, f):
        self.f = f
    def __set_name__(self, owner, name):
        self.name = name
    def __get__(self, instance, owner):
        if instance is None:
            return self
        value = instance.__dict__[self.name] = self.f(instance)
        return value

class Page:
    calls = 0
    @Lazy
    def text(self):
        Page.calls += 1
        return "long"

p = Page()
print(p.text, p.text, Page.calls, vars(p))
vars(p).clear()
print(p.text, Page.calls)
