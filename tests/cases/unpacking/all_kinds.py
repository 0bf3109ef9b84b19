a, b = 1, 2
(c, d), [e, f] = (3, 4), "ef"
print(a, b, c, d, e, f)
first, *rest = range(5)
*init, last = [1, 2, 3]
x, *y, z = "ab"
print(first, rest, init, last, x, y, z)
[p, (q, *r)] = [1, "xyz"]
print(p, q, r)
a, b = b, a
print(a, b)
for i, (k, v) in enumerate({"a": 1, "b": 2}.items()):
    print(i, k, v)
for head, *tail in [(1, 2, 3), (4,)]:
    print(head, tail)
print([*range(2), *[5], *{"k": 1}], {**{"a": 1, "b": 2}, "b": 3}, (*"ab", *()))

def f(*args):
    return args

print(f(*[1], 2, *(3,)), f(*"xy", *range(2)))
for text in ("a, b = [1]", "a, b = [1, 2, 3]", "a, *b, c = [1]", "a, b = 5", "a, b = None", "(a, b), c = [1, 2]"):
    pass

def attempt(call):
    try:
        call()
    except (ValueError, TypeError) as error:
        print(error)

def two(x):
    a, b = x

def star(x):
    a, *b, c = x

attempt(lambda: two([1]))
attempt(lambda: two([1, 2, 3]))
attempt(lambda: two(5))
attempt(lambda: two(None))
attempt(lambda: two("a"))
attempt(lambda: two({}))
attempt(lambda: two(i for i in range(9)))
attempt(lambda: star([1]))

class Box:
    pass

box = Box()
box.x, items = 1, [0, 0]
items[0], box.y, *items[1:] = "pqrs"
print(box.x, box.y, items)
def swap(d): d["a"], d["b"] = d["b"], d["a"]; return d
print(swap({"a": 1, "b": 2}))
