"""What type checkers know of programs. This file is checked, and not run."""

from collections.abc import Generator
from typing import Any, Generic, TypeVar, assert_type

import kont
from kont.std import RandomInt
from kont.testing import Clock, Explored, Interleaving, Recorder, Script, SeededRandom, expect, explore, replay, script

T = TypeVar("T")


class Ask(kont.Effect[str]):
    key: str


class Add(kont.Effect[None]):
    amount: int
    note: str = ""


class Box(kont.Effect[T], Generic[T]):
    value: T


# `await effect` and `yield from effect` have the type of the answer.


async def greet() -> str:
    name = await Ask("name")
    assert_type(name, str)
    assert_type(await Box(3), int)
    await Add(1, note="one")
    return f"hello {name}"


@kont.do
def greet_do() -> Generator[Any, Any, str]:
    name = yield from Ask("name")
    assert_type(name, str)
    number = yield from Box(3)
    assert_type(number, int)
    return f"hello {name}"


@kont.do
def calls(times: int) -> Generator[Any, Any, int]:
    one = yield from greet_do()
    assert_type(one, str)
    return len(one) * times


async def awaits() -> int:
    one = await greet_do()
    assert_type(one, str)
    two = await greet()
    assert_type(two, str)
    three = await calls(2)
    assert_type(three, int)
    return three


@kont.do
async def described(text: str) -> str:
    return text + await Ask("name")


assert_type(greet_do(), kont.Program[Any, str])
assert_type(calls(times=3), kont.Program[Any, int])
assert_type(described("a"), kont.Program[Any, str])


# Running gives the program's value.


@kont.handler(Ask)
def from_table(effect: Ask) -> str:
    return {"name": "world"}[effect.key]


@kont.handler(Ask, Add)
def full(effect: Ask | Add, k: kont.K) -> Generator[Any, Any, Any]:
    result = yield from kont.Resume(k, "x")
    return result


@kont.observer(Ask | Add)
def note(effect: Ask | Add) -> None:
    print(effect)


@kont.interceptor(Ask)
def lower(effect: Ask) -> Ask:
    return Ask(effect.key.lower())


class State(kont.Handlers):
    def __init__(self, amount: int) -> None:
        self.amount = amount

    @kont.on(Add)
    def add(self, effect: Add) -> None:
        self.amount += effect.amount


state = State(0)
assert_type(state.add(Add(1)), None)
assert_type(kont.run(greet(), from_table), str)
assert_type(kont.run(greet_do(), from_table, note, lower), str)
assert_type(kont.run(Ask("name"), from_table), str)
assert_type(kont.run(calls(3), kont.handlers(full, state), state), int)
assert_type(kont.run(note(greet())), str)
assert_type(kont.run(kont.WithIntercept(lambda effect: effect, greet(), Ask, mode="rewrite")), str)
assert_type(kont.run(kont.Pure(int("5"))), int)


# What is known of an exception.

if (known := kont.traceback_of(ValueError())) is not None:
    assert_type(known, kont.Traceback)
    assert_type(known.performed[0].handler, kont.Place | None)
    assert_type(known.tasks[0].spawned, kont.Place | None)
assert_type(kont.format_traceback(ValueError()), str)


# Operations have the type of their answer.


async def looks(k: kont.K) -> None:
    assert_type(await kont.GetHandlers(k), list[kont.Handler[Any, Any]])
    assert_type(await kont.GetBoundaries(), list[kont.Handler[Any, Any] | kont.Observer])
    assert_type(await kont.GetTraceback(k), list[kont.Place])
    assert_type(await kont.GetOuterHandlers(), list[kont.Handler[Any, Any]])
    assert_type(await kont.GetExecutionContext(), kont.ExecutionContext)
    assert_type(await kont.CreateContinuation(greet(), [from_table, note, state]), kont.K)
    assert_type(await kont.Perform(Ask("name")), str)
    assert_type((await kont.GetTraceback(k))[0].line, int)
    assert_type(k.used, bool)


# What tests of programs use.

double = script(expect(Ask("name"), "world"), expect(Add), expect(Ask, raises=KeyError), expect(Ask("name"), calls=lambda ask: "x"))
assert_type(double, Script)
assert_type(kont.run(greet(), double), str)
recorder = Recorder(Ask)
assert_type(recorder.of(Ask), list[Ask])
recorder.assert_performed(Ask("name"), Add)
assert_type(Clock(1.0).run(greet(), recorder, from_table), str)
assert_type(Clock().run(greet_do(), from_table, seed=3), str)
assert_type(Clock().run(RandomInt(1, 6), SeededRandom(3)), int)
assert_type(explore(greet, from_table, runs=10, preempts=True), Explored)
assert_type(replay(greet, Interleaving((1, 2)), from_table), str)
assert_type(replay(greet_do, Interleaving.parse("1.2"), from_table), str)
