async def ag(n):
    for i in range(n):
        x = yield i
        if x: print("sent", x)
class AIter:
    def __init__(self): self.i = 0
    def __aiter__(self): return self
    async def __anext__(self):
        self.i += 1
        if self.i > 3: raise StopAsyncIteration
        return self.i
class ACM:
    async def __aenter__(self): print("aenter"); return 5
    async def __aexit__(self, t, e, tb): print("aexit", t and t.__name__); return True
class Aw:
    def __await__(self):
        return 42
        yield
async def main():
    async for v in ag(3): print(v)
    else: print("else")
    async for v in AIter(): print("it", v)
    print([v async for v in ag(3)], {v: 1 async for v in AIter() if v > 1})
    async with ACM() as q: print(q); raise ValueError("x")
    print(await Aw())
    g = ag(5)
    print(await g.__anext__(), await g.asend("hi"), await anext(g))
    await g.aclose()
    try: await g.__anext__()
    except StopAsyncIteration: print("sai")
    print(await anext(AIter()), await anext(ag(0), "dflt"))
    c = inner(1)
    print(await c)
    try: await c
    except RuntimeError as e: print(e)
    try: await 5
    except TypeError as e: print(e)
    gg = (y async for y in ag(2))
    async for y in gg: print("ge", y)
    async def ag2():
        try:
            yield 1
        finally: print("cleanup")
    z = ag2(); await z.__anext__(); await z.aclose()
    return "done"
async def inner(x): return x * 2
def run(c):
    try: c.send(None)
    except StopIteration as e: return e.value
print(run(main()))
async def raises(): raise KeyError("k")
async def m2():
    try: await raises()
    except KeyError as e: print("caught", e)
run(m2())
print((lambda: (yield))().__class__.__name__)
def g():
    yield from [1, 2]
    yield from (x for x in "ab")
    yield from range(2)
    return 3
print(list(g()))
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(4)))
gi = (i * i for i in range(4)); print(next(gi), next(gi), sum(gi), list(gi))
def two():
    a = (yield 1) + (yield 2)
    print("a", a)
t = two(); next(t); t.send(10)
try: t.send(20)
except StopIteration: pass
def ge():
    try: yield 1
    finally: print("fin ge")
x = ge(); next(x); x.close(); x.close()
try: x.send(3)
except StopIteration as e: print("stopped", e.value)
def selfref():
    yield next(me)
me = selfref()
try: next(me)
except ValueError as e: print(e)
try: (i for i in range(2)).send(5)
except TypeError as e: print(e)
