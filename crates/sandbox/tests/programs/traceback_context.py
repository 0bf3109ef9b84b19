def a(x):
    return b(x) + 1
def b(x):
    return {"k": x}["missing"]
class Foo:
    def bar(self):
        self.bazz = 1
        return self.baz
try:
    Foo().bar()
except AttributeError:
    a(3)
