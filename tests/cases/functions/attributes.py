def f():
    return f.count

f.count = 3
print(f(), f.__name__, f.__qualname__)
f.__name__ = "other"
print(f.__name__, callable(f), callable(3))

def outer():
    def inner():
        pass
    return inner

print(outer().__qualname__)
print((lambda: 0).__name__)

class A:
    def method(self):
        pass

print(A.method.__qualname__, A().method.__name__, A().method.__func__ is A.method)
try:
    f.missing
except AttributeError as error:
    print(error)
print(hasattr(f, "count"), getattr(f, "missing", "none"))
print(len.__name__, max(map(len, ["a", "bbb"])))
