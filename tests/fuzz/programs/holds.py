"""Holds an object of every kind while it waits, and uses all of them afterwards."""
import asyncio
import dataclasses
import re


class Base:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return isinstance(other, Base) and self.x == other.x

    def __hash__(self):
        return hash(self.x)

    def __repr__(self):
        return f"Base({self.x})"

    @property
    def double(self):
        return self.x * 2

    @classmethod
    def made(cls):
        return cls(tool(0) or 3)

    @staticmethod
    def plain():
        return 4


class Child(Base):
    def __init__(self, x):
        super().__init__(x)
        self.y = [x]

    def __getattr__(self, name):
        return tool(name)

    def __iter__(self):
        yield from self.y
        tool(1)
        yield 2


class Words(list):
    def total(self):
        return sum(len(w) for w in self)


@dataclasses.dataclass
class Point:
    x: int
    y: float = 2.5


def gen(n):
    held = []
    try:
        for i in range(n):
            held.append(i)
            got = yield i
            if got:
                held.append(got)
    finally:
        print("closed", held)


def closure():
    count = 0
    names = {"a": 1}

    def inc(by=1, *args, key=None, **more):
        nonlocal count
        count += by
        tool(count)
        names[str(count)] = (args, key, more)
        return count, names

    return inc


def nested():
    try:
        try:
            raise KeyError("k")
        except KeyError as e:
            tool(2)
            raise ValueError("v") from e
    except (ValueError, TypeError) as e:
        held = e
        tool(3)
    finally:
        tool(4)
    return held


def loops():
    out = []
    for i, (a, b) in enumerate(zip([1, 2, 3], "xyz")):
        for k, v in {"p": 1, "q": 2}.items():
            for s in {1, 2}:
                for c in "aé":
                    out.append((i, a, b, k, v, s, c))
                    if i == 1 and s == 2:
                        tool(len(out))
    return out, [x * tool(x) if x == 2 else x for x in reversed([1, 2, 3])]


text = "start"
for part in ("é" * 30, "middle", "x" * 40):
    text += part
big = 10**40
held = [
    Base(1), Child(2), Words(["a", "bc"]), Point(1), gen(3), closure(), nested, None, True, 1.5, b"bytes",
    {1, 2, "x"}, frozenset({3}), {"k": [1]}, (1, (2,)), range(5), slice(1, 2), re.compile("(a)(b)?"),
    re.match("(a)(b)?", "ac"), iter([1, 2]), iter({"d": 1}), iter("str"), reversed([1, 2]), enumerate("ab"),
    zip([1], [2]), {"v": 1}.items(), Base.made, super, big, text, ..., NotImplemented, len, print, Base, int,
    property(len), list[int], map(len, ["a"]), ValueError("x", 1), type(None), object(), memoryview
    if False else 0,
]
running = held[4]
next(running)
tool("waiting")
for thing in held:
    try:
        print(repr(thing)[:40], bool(thing))
        print(hash(thing) is not None, thing == thing, isinstance(thing, Base))
    except Exception as e:
        print(type(e).__name__)
    try:
        print(list(thing)[:3])
    except Exception as e:
        print(type(e).__name__)
    try:
        print(thing.x, thing.double, len(thing))
    except Exception as e:
        print(type(e).__name__)
print(held[5](1, 2, key=3, z=4), loops(), nested())
print(Child(5).missing, list(Child(6)), Base.made(), Words(["x"]).total(), Point(3) == Point(3))
print(text[3:9], text.upper(), big + 1, f"{big:,} {text!r:>5}", re.sub("x+", "y", text))
match held[13]:
    case {"k": [first, *rest]}:
        print(first, rest, tool("match"))


async def task(n):
    got = await async_tool(n)
    await asyncio.sleep(0.1)
    async for x in agen():
        got = (got, x)
    return got


async def agen():
    yield 1
    yield await async_tool("in agen")


async def main():
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(task(i)) for i in range(3)]
    print([t.result() for t in tasks])
    lock = asyncio.Lock()
    async with lock:
        print(await asyncio.gather(task(1), task(2)))


asyncio.run(main())
