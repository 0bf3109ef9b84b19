def inner():
    received = yield 1
    print("inner got", received)
    try:
        yield 2
    except ValueError as error:
        print("inner caught", error)
        yield "caught"
    return "inner result"

def outer():
    result = yield from inner()
    print("result", result)
    yield from [10, 20]
    yield from "ab"
    return "outer result"

g = outer()
print(next(g), g.send("hello"), g.throw(ValueError("v")))
print(list(g))

def collect():
    value = yield from outer2()
    yield value

def outer2():
    yield "x"
    return "returned"

print(list(collect()))

def tree(node):
    if node:
        left, value, right = node
        yield from tree(left)
        yield value
        yield from tree(right)

print(list(tree((((None, 1, None), 2, None), 3, (None, 4, (None, 5, None))))))

def chain(*iterables):
    for it in iterables:
        yield from it

print(list(chain([1], (2, 3), {4: 5}, range(6, 8))))

def closing():
    try:
        yield from inner()
    finally:
        print("outer finally")

c = closing()
next(c)
c.close()
try:
    list((lambda: (yield from 5))())
except TypeError as error:
    print(error)
