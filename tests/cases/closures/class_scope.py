x = "module"

class A:
    x = "class"
    seen = x
    try:
        nested = [x for _ in range(1)]
    except NameError as error:
        nested = str(error)

    def read(self):
        return x

print(A.seen, A.nested, A().read())

def function():
    x = "function"
    class B:
        y = x
        def read(self):
            return x, __class__.__name__
    return B

B = function()
print(B.y, B().read())

def outer():
    value = 1
    class C:
        def set(self, v):
            nonlocal value
            value = v
        def get(self):
            return value
    return C()

c = outer()
c.set(5)
print(c.get())
