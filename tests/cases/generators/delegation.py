"""Generators that delegate to one another: values, what is sent, thrown and returned, in every order."""


def leaf(n):
    got = []
    for i in range(n):
        try:
            x = yield i
            got.append(x)
        except KeyError as e:
            got.append(str(e))
            yield "caught"
    return got


def middle(n):
    result = yield from leaf(n)
    yield ("middle", result)
    return len(result)


def outer(n):
    total = 0
    for _ in range(2):
        total += yield from middle(n)
    return total


# A loop drives all of it.
print(list(outer(3)))

# Sent values reach the innermost one.
g = outer(2)
print(next(g), g.send("a"), g.send("b"), g.send("c"), g.send("d"), g.send("e"))
try:
    g.send("f")
except StopIteration as e:
    print("returned", e.value)

# Thrown, half way, and loops after it.
g = middle(3)
print(next(g), g.throw(KeyError("k")), list(g))

# Closed in the middle: `finally` runs from the inside out.
def tidy(name, inner):
    try:
        yield from inner
    finally:
        print("left", name)


g = tidy("a", tidy("b", tidy("c", iter(range(3)))))
print(next(g), next(g))
g.close()
print(list(g))

# Delegation to things that are no generators, some of them empty or already ended.
def mixed():
    yield from []
    yield from (1, 2)
    yield from "ab"
    done = leaf(0)
    list(done)
    yield from done
    yield from {"k": 1}
    yield from map(str, [7])
    got = yield from leaf(1)
    return got


print(list(mixed()))


# A tree, walked by generators that are made by methods.
class Tree:
    def __init__(self, left, value, right):
        self.left, self.value, self.right = left, value, right

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.value
        if self.right:
            yield from self.right


def tree(values):
    if not values:
        return None
    at = len(values) // 2
    return Tree(tree(values[:at]), values[at], tree(values[at + 1 :]))


print(list(tree(list(range(20)))), sum(tree(range(50))))


# An exception from the innermost one, in a loop, and what is left afterwards.
def breaks():
    yield 1
    raise ValueError("broken")


def around():
    try:
        yield from breaks()
    except ValueError as e:
        yield f"handled {e}"
    yield from breaks()


seen = []
try:
    for v in around():
        seen.append(v)
except ValueError as e:
    print(seen, e)


# Two loops take turns on one generator.
g = outer(2)
for a in g:
    for b in g:
        print(a, b, end="; ")
        break
print()

# A generator that delegates to itself.
def own():
    yield 1
    yield from me


me = own()
try:
    print(list(me))
except ValueError as e:
    print(e)


# Deep delegation.
def deep(n):
    if n:
        yield from deep(n - 1)
    yield n


print(sum(deep(150)), max(deep(100)))


# A value returned through a loop is dropped; `return` in a `try` within a loop.
def returns():
    for i in range(3):
        try:
            yield i
            if i == 1:
                return "gone"
        finally:
            print("finally", i)


for v in returns():
    print("v", v)

# Coroutines that return, raise and await one another, driven by hand.
async def zero():
    return 0


async def add(n):
    if n == 0:
        return await zero()
    return 1 + await add(n - 1)


async def fails():
    raise LookupError("no")


async def main():
    total = await add(50)
    try:
        await fails()
    except LookupError as e:
        return total, str(e)


c = main()
try:
    c.send(None)
except StopIteration as e:
    print(e.value)
one = zero()
try:
    one.send(None)
except StopIteration as e:
    print(e.value)
try:
    one.send(None)
except RuntimeError as e:
    print(e)
