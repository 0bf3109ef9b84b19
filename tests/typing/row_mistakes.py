"""Mistakes with the effects that programs perform, which type checkers find. Each line that has one says what they call it."""

from typing import Any, Never

import kont
from kont import std


class Ask(kont.Effect[str]):
    key: str


class Tell(kont.Effect[None]):
    text: str


class Get(kont.Effect[int]):
    pass


@kont.handler(Ask)
def world(effect: Ask) -> str:
    return "world"


@kont.handler(Tell)
def spoken(effect: Tell) -> None:
    return None


@kont.handler(Tell)
def asking(effect: Tell) -> kont.Do[Ask, None]:
    yield from Ask(effect.text)


@kont.handler(lambda effect: effect.key == "name")
def sometimes(effect: Ask) -> str:
    return "world"


@kont.do
def greet() -> kont.Do[Ask | Tell, int]:
    name = yield from Ask("name")
    yield from Tell(name)
    return len(name)


# A program performs more than it says.


@kont.do
def quiet() -> kont.Do[Tell, str]:
    name = yield from Ask("name")  # error: mypy[misc] pyright[reportReturnType] ty[invalid-yield]
    yield Ask("name")  # error: mypy[misc] pyright[reportReturnType] ty[invalid-yield]
    return name


@kont.do
def calling() -> kont.Do[Ask, int]:
    return (yield from greet())  # error: mypy[misc] pyright[reportReturnType] ty[invalid-yield]


@kont.do
def handled() -> kont.Do[Never, int]:
    yield from world(Ask("name"))
    return (yield from world(greet()))  # error: mypy[misc] pyright[reportReturnType] ty[invalid-yield]


@kont.handler(Tell)
def adding(effect: Tell) -> kont.Do[Never, Any]:
    yield from Ask("name")  # error: mypy[misc] pyright[reportReturnType] ty[invalid-yield]


# Not every effect of a program that is run is handled.

kont.run(greet())  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(Ask("name"))  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(world(greet()))  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), world)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), spoken)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), world, world)  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), sometimes, spoken)  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), kont.handlers(world, world))  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]


# What a handler performs itself is not handled: nobody does, or the one who does is inside of it.

kont.run(greet(), world, asking)  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(asking(greet()), spoken)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]


# Something else is performed than was meant.


def wants_name(program: kont.Performs[Ask, str]) -> str:
    return kont.run(program, world)


wants_name(greet())  # error: mypy[arg-type] pyright[reportArgumentType] ty[invalid-argument-type]
wants_name(Get())  # error: mypy[arg-type] pyright[reportArgumentType] ty[invalid-argument-type]
wants_name(kont.Pure(5))  # error: mypy[arg-type] pyright[reportArgumentType] ty[invalid-argument-type]


# What an effect carries is performed too.

trial = std.Try(greet())
stack = kont.handlers(world, std.trying)
kont.run(trial, std.trying)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(trial, std.trying, world)  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(trial, stack)  # error: pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(kont.Spawn(greet()), world)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(std.Get("key"), std.reader({}))  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]


class Cell(kont.Handlers[Get]):
    @kont.on(Get)
    def get(self, effect: Get) -> int:
        return 0


kont.run(Tell("text"), Cell())  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(greet(), Cell(), world)  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
