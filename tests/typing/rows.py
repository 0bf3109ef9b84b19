"""What type checkers know of the effects that programs perform. This file is checked, and not run."""

from typing import Any, Generic, Never, TypeVar, assert_type

import kont
from kont import std

T = TypeVar("T")


class Ask(kont.Effect[str]):
    key: str


class Tell(kont.Effect[None]):
    text: str


class Get(kont.Effect[int]):
    pass


class Put(kont.Effect[None]):
    value: int


class Box(kont.Effect[T], Generic[T]):
    value: T


class Loud(Tell):
    pass


# A program says what it performs; what it runs must perform no more than that.


@kont.do
def name() -> kont.Do[Ask, str]:
    answer = yield from Ask("name")
    assert_type(answer, str)
    return answer


@kont.do
def greet(times: int) -> kont.Do[Ask | Tell, int]:
    who = yield from name()
    assert_type(who, str)
    yield from Tell(f"hello {who}")
    yield Tell("plain `yield` is looked at too, but its answer has no type")
    return times


@kont.do
def count() -> kont.Do[Ask | Tell | Get | Put, None]:
    before = yield from Get()
    yield from Put(before + (yield from greet(2)))


assert_type(name(), kont.Program[Ask, str])
assert_type(greet(times=2), kont.Program[Ask | Tell, int])


# Handlers say by the effect that they take which one they handle, and by what they perform which ones they add.


@kont.handler(Ask)
def world(effect: Ask) -> str:
    return "world"


@kont.handler(Tell)
def spoken(effect: Tell, k: kont.K) -> kont.Do[Never, Any]:
    return (yield from kont.Resume(k))


@kont.handler(Tell)
def asking(effect: Tell) -> kont.Do[Ask | kont.Now, None]:
    yield from kont.Now()
    yield from Ask(effect.text)


@kont.handler(Ask | Tell)
def both(effect: Ask | Tell, k: kont.K) -> kont.K:
    return k("x")


@kont.handler(Get, Put)
async def cell(effect: Get | Put) -> int:
    return 5


@kont.handler(lambda effect: effect.text == "")
def empty(effect: Tell) -> None:
    pass


@kont.observer(Ask)
def note(effect: Ask) -> None:
    pass


class Cell(kont.Handlers[Get | Put]):
    value = 0

    @kont.on(Get)
    def get(self, effect: Get) -> int:
        return self.value

    @kont.on(Put)
    def put(self, effect: Put) -> None:
        self.value = effect.value


class Logged(kont.Handlers[Get | Put, Tell]):
    @kont.on(Get, Put)
    def all(self, effect: Get | Put) -> kont.Do[Tell, int]:
        yield from Tell("got")
        return 0


class Unsaid(kont.Handlers):
    @kont.on(Get)
    def get(self, effect: Get) -> int:
        return 0


assert_type(world, kont.Handler[Ask, Never])
assert_type(spoken, kont.Handler[Tell, Never])
assert_type(asking, kont.Handler[Tell, Ask | kont.Now])
assert_type(both, kont.Handler[Ask | Tell, Never])
assert_type(cell, kont.Handler[Get | Put, Never])
assert_type(empty, kont.Handler[Never, Never])


# A handler around a program takes its effects out of the row, and adds its own.

assert_type(world(name()), kont.Operation[Never, str])
assert_type(world(Ask("name")), kont.Operation[Never, str])
assert_type(world(greet(1)), kont.Operation[Tell, int])
assert_type(spoken(world(greet(1))), kont.Operation[Never, int])
assert_type(both(greet(1)), kont.Operation[Never, int])
assert_type(asking(greet(1)), kont.Operation[Ask | kont.Now, int])
assert_type(world(asking(greet(1))), kont.Operation[kont.Now, int])
assert_type(empty(greet(1)), kont.Operation[Ask | Tell, int])
assert_type(note(greet(1)), kont.Operation[Ask | Tell, int])
assert_type(Cell()(Get()), kont.Operation[Never, int])
assert_type(Logged()(Get()), kont.Operation[Tell, int])
assert_type(kont.WithObserve(note, greet(1)), kont.WithObserve[Ask | Tell, int])
assert_type(kont.WithIntercept(print, greet(1), Ask), kont.Operation[Ask | Tell, int])
assert_type(kont.Perform(Ask("name")), kont.Perform[Ask, str])
assert_type(spoken(Loud("!")), kont.Operation[Never, None])

# mypy finds out what is left when it is more than one effect only if it is told.
rest: kont.Operation[Tell | Get | Put, None] = world(count())
assert_type(kont.run(rest, Cell(), spoken), None)


@kont.handler(Box)
def unbox(effect: Box[Any]) -> Any:
    return effect.value


@kont.do
def boxes() -> kont.Do[Box[int] | Box[str] | Ask, int]:
    yield from Box("text")
    return (yield from Box(3))


assert_type(kont.run(boxes(), unbox, world), int)


# Several handlers are one that handles all that they handle.

assert_type(kont.handlers(world), kont.Several[Ask, Never])
assert_type(kont.handlers(world, spoken), kont.Several[Ask | Tell, kont.Answered])
assert_type(kont.handlers(world, spoken)(greet(1)), kont.Operation[kont.Answered, int])
assert_type(kont.run(greet(1), kont.handlers(asking, world)), int)
assert_type(kont.run(count(), kont.handlers(both, note, Cell())), None)
assert_type(kont.run(count(), kont.handlers(note, Logged(), both)), None)


# What `run` does not answer must be handled. Each handler's own effects are for those outside of it.

assert_type(kont.run(name(), world), str)
assert_type(kont.run(Ask("name"), world), str)
assert_type(kont.run(kont.Sleep(1)), None)
assert_type(kont.run(world(name())), str)
assert_type(kont.run(greet(1), both), int)
assert_type(kont.run(greet(1), world, spoken), int)
assert_type(kont.run(greet(1), spoken, world, seed=1), int)
assert_type(kont.run(greet(1), asking, world), int)
assert_type(kont.run(greet(1), empty, note, world, spoken), int)
assert_type(kont.run(count(), world, spoken, Cell()), None)
assert_type(kont.run(count(), Logged(), world, asking, world), None)
assert_type(kont.run(count(), note, note, note, world, spoken, cell), None)
assert_type(kont.run(count(), note, note, note, note, note, world, spoken, cell), None)
assert_type(kont.run(count(), Unsaid(), world, spoken), None)


@kont.do
def spawns() -> kont.Do[kont.Answered | Ask, int]:
    task = yield from kont.Spawn(kont.Pure(3))
    yield from kont.Yield()
    result = yield from task
    now = yield from kont.Now()
    assert_type(now, float)
    yield from Ask("name")
    return int(result)


assert_type(kont.run(spawns(), world), int)


# What an effect carries is performed too, where that effect is: by whoever performs it, or by a task beside.


@kont.do
def carries() -> kont.Do[Ask | std.Try[Ask, str] | kont.Answered, int]:
    tried = yield from std.Try(name())
    assert_type(tried, std.Ok[str] | std.Err)
    task = yield from kont.Spawn(name())
    assert_type(task, kont.Task[str])
    assert_type((yield from task), str)
    return 1


assert_type(kont.run(carries(), std.trying, world), int)
assert_type(kont.run(std.Local({}, std.Ask("key")), std.reader({"key": 1})), Any)
trial = std.Try(name())
assert_type(std.trying(trial), kont.Operation[Ask, std.Ok[str] | std.Err])
assert_type(std.state(), kont.Handler[std.Get | std.Put | std.Modify, Never])


@kont.do
def visit() -> kont.Do[std.Ask | std.Tell | std.Modify | std.Log | kont.Sleep, int]:
    yield from std.Modify("visits", int)
    yield from std.Tell((yield from std.Ask("name")))
    yield from kont.Sleep(1)
    return 1


assert_type(kont.run(visit(), std.reader({}), std.state(), std.writer(), std.unlogged), int)
stack = kont.handlers(std.reader({}), std.state(), std.writer(), std.unlogged)
assert_type(kont.run(visit(), stack), int)


def run_with(program: kont.Performs[Ask, T]) -> T:
    return kont.run(program, world)


assert_type(run_with(name()), str)
assert_type(run_with(world(name())), str)
assert_type(run_with(Ask("name")), str)


# `async def` programs have no row: whatever they perform, they may be run.


async def coroutine() -> int:
    assert_type(await name(), str)
    assert_type(await world(name()), str)
    task = await kont.Spawn(coroutine())
    assert_type(await task, int)
    async with kont.scope() as scope:
        assert_type(await (await scope.spawn(coroutine())), int)
    return 1


assert_type(kont.run(coroutine()), int)
assert_type(kont.run(coroutine(), world, note, Cell()), int)
assert_type(kont.run(world(coroutine())), int)
