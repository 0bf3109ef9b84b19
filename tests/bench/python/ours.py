"""kont's side: what programs, handlers and effects cost."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import kont
from kont import std
from meter import Meter, resident_bytes


class Ask(kont.Effect[int]):
    """What the handlers here answer."""


class Other(kont.Effect[int]):
    """What the handlers between answer."""


class Pair(kont.Effect[int]):
    """Two fields."""

    key: str
    value: int


ASK = Ask()


def asking(size: int, ask: kont.Effect[int] = ASK) -> Generator[Any, int, int]:
    """The body that every side runs: it asks `size` times and adds up the answers."""
    total = 0
    for _ in range(size):
        total += yield ask
    return total


@kont.do
def program(size: int, ask: kont.Effect[int] = ASK) -> Generator[Any, int, int]:
    return asking(size, ask)


@kont.handler(Other)
def between(effect: Other) -> int:
    return 0


@kont.handler(Ask)
def function(effect: Ask) -> int:
    return 1


@kont.handler(Ask)
def function_with_k(effect: Ask, k: kont.K) -> Any:
    return k(1)


@kont.handler(Ask)
def generator(effect: Ask) -> Generator[Any, Any, int]:
    if effect is None:
        yield
    return 1


@kont.handler(Ask)
def generator_tail(effect: Ask, k: kont.K) -> Generator[Any, Any, Any]:
    if effect is None:
        yield
    return k(1)


@kont.handler(Ask)
def generator_transfer(effect: Ask, k: kont.K) -> Generator[Any, Any, Any]:
    yield kont.Transfer(k, 1)


@kont.handler(Ask)
def generator_resume(effect: Ask, k: kont.K) -> Generator[Any, Any, Any]:
    rest = yield k(1)
    return rest + 0


def _at(handler: Callable[[], Any], depth: int, ask: kont.Effect[int] = ASK) -> Callable[[int, Meter], int]:
    """A program under `depth` handlers, of which the outermost answers."""

    def measured(size: int, meter: Meter) -> int:
        around = [between] * (depth - 1) + [handler()]
        return meter.time(lambda: kont.run(program(size, ask), *around))

    return measured


NATIVE = {depth: _at(lambda: std.reader({"n": 1}), depth, std.Ask("n")) for depth in (1, 10, 100, 1000)}
FUNCTION = {depth: _at(lambda: function, depth) for depth in (1, 10, 100, 200, 1000)}
FUNCTION_WITH_K = {depth: _at(lambda: function_with_k, depth) for depth in (1, 10, 100)}
GENERATOR = {depth: _at(lambda: generator, depth) for depth in (1, 10, 100)}
TAIL = {depth: _at(lambda: generator_tail, depth) for depth in (1, 10, 100)}
TRANSFER = {depth: _at(lambda: generator_transfer, depth) for depth in (1, 10, 100)}

# How many handlers wait at once in a program that is not in tail position.
WAITING = 1000


def resume(depth: int) -> Callable[[int, Meter], int]:
    """A handler that waits for the rest each time, up to 1,000 of them at once."""

    @kont.do
    def rounds(size: int) -> Generator[Any, int, int]:
        total = 0
        for _ in range(size // WAITING):
            around = kont.handlers(*[between] * (depth - 1), generator_resume)
            total += yield around(program(WAITING))
        return total

    def measured(size: int, meter: Meter) -> int:
        return meter.time(lambda: kont.run(rounds(size)))

    return measured


RESUME = {depth: resume(depth) for depth in (1, 10, 100)}


def memory_resume(size: int, meter: Meter) -> int:
    """Handlers that wait for the rest, all at once."""
    seen = []

    @kont.handler(Other)
    def look(effect: Other) -> int:
        seen.append(resident_bytes())
        return 0

    @kont.do
    def looking() -> Generator[Any, Any, int]:
        yield Other()
        total = yield from asking(size)
        yield Other()
        return total

    answer = meter.time(lambda: kont.run(looking(), generator_resume, look))
    if None not in seen:
        meter.bytes = seen[1] - seen[0]
    return answer


def state(size: int, meter: Meter) -> int:
    @kont.do
    def counting() -> Generator[Any, Any, int]:
        for _ in range(size):
            n = yield std.Get("n")
            yield std.Put("n", n + 1)
        return (yield std.Get("n"))

    return meter.time(lambda: kont.run(counting(), std.state({"n": 0})))


def construct(size: int, meter: Meter) -> int:
    def loop() -> int:
        made = None
        for number in range(size):
            made = Pair("key", number)
        return made.value  # type: ignore[union-attr]

    return meter.time(loop) + 1


def build_and_perform(size: int, meter: Meter) -> int:
    """An effect made for each `yield`, under ten handlers."""

    @kont.handler(Pair)
    def answer(effect: Pair) -> int:
        return effect.value

    @kont.do
    def making() -> Generator[Any, int, int]:
        total = 0
        for _ in range(size):
            total += yield Pair("key", 1)
        return total

    return meter.time(lambda: kont.run(making(), *[between] * 9, answer))


def awaiting(size: int, meter: Meter) -> int:
    """The typed form of perform."""

    async def body() -> int:
        total = 0
        ask = ASK
        for _ in range(size):
            total += await ask
        return total

    return meter.time(lambda: kont.run(body(), function))


def yielding_from(size: int, meter: Meter) -> int:
    """The other typed form."""

    @kont.do
    def body() -> Generator[Any, Any, int]:
        total = 0
        ask = ASK
        for _ in range(size):
            total += yield from ask
        return total

    return meter.time(lambda: kont.run(body(), function))


def _calling(child: Callable[[], Any]) -> Callable[[int, Meter], int]:
    def measured(size: int, meter: Meter) -> int:
        @kont.do
        def parent() -> Generator[Any, int, int]:
            total = 0
            for _ in range(size):
                total += yield child()
            return total

        return meter.time(lambda: kont.run(parent()))

    return measured


def _child() -> Generator[Any, Any, int]:
    return 1
    yield


CALL_GENERATOR = _calling(_child)
CALL_DO = _calling(kont.do(_child))


def deep(size: int, meter: Meter) -> int:
    """Effects at the bottom of 1,000 programs that have called each other."""

    @kont.do
    def nested(depth: int) -> Generator[Any, int, int]:
        if depth == 0:
            return (yield asking(size))
        return (yield nested(depth - 1))

    return meter.time(lambda: kont.run(nested(1000), function))


def run_pure(size: int, meter: Meter) -> int:
    def loop() -> int:
        total = 0
        for _ in range(size):
            total += kont.run(kont.Pure(1))
        return total

    return meter.time(loop)


# --- tasks


async def _one() -> int:
    return 1


def spawn_join(size: int, meter: Meter) -> int:
    @kont.do
    def parent() -> Generator[Any, Any, int]:
        total = 0
        for _ in range(size):
            task = yield kont.Spawn(_one())
            total += yield task
        return total

    return meter.time(lambda: kont.run(parent()))


def spawn_gather(size: int, meter: Meter) -> int:
    @kont.do
    def parent() -> Generator[Any, Any, int]:
        tasks = []
        for _ in range(size):
            tasks.append((yield kont.Spawn(_one())))
        return sum((yield kont.Gather(*tasks)))

    return meter.time(lambda: kont.run(parent()))


def memory_task(size: int, meter: Meter) -> int:
    async def child(promise: Any) -> int:
        return await promise

    @kont.do
    def parent() -> Generator[Any, Any, int]:
        promise = yield kont.CreatePromise()
        before = resident_bytes()
        tasks = []
        for _ in range(size):
            tasks.append((yield kont.Spawn(child(promise))))
        yield kont.Yield()
        after = resident_bytes()
        if before is not None and after is not None:
            meter.bytes = after - before
        yield kont.CompletePromise(promise, 1)
        return sum((yield kont.Gather(*tasks)))

    return meter.time(lambda: kont.run(parent()))


@kont.do
def _awaits(size: int) -> Generator[Any, Any, int]:
    total = 0
    for _ in range(size):
        total += yield kont.Await(_one())
    return total


def await_run(size: int, meter: Meter) -> int:
    """A coroutine of another library, waited for on the loop that `run` keeps."""
    return meter.time(lambda: kont.run(_awaits(size)))


def await_run_async(size: int, meter: Meter) -> int:
    """The same on the loop of the caller."""
    import asyncio

    return meter.time(lambda: asyncio.run(kont.run_async(_awaits(size))))
