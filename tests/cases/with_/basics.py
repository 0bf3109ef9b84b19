class Ctx:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        print("enter", self.name)
        return self.name.upper()
    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind and kind.__name__, value)
        return self.swallow

with Ctx("a") as a:
    print(a)
with Ctx("b") as b, Ctx("c") as c, Ctx("d"):
    print(b, c)
with (Ctx("e") as e, Ctx("f") as f,):
    print(e, f)
with Ctx("quiet", swallow=True):
    raise ValueError("swallowed")
print("after")
try:
    with Ctx("outer"), Ctx("inner"):
        raise KeyError("k")
except KeyError as error:
    print("caught", error)

def returns():
    with Ctx("r"):
        return "returned"

print(returns())
for i in range(3):
    with Ctx(f"loop{i}"):
        if i == 0:
            continue
        break
