"""What one writes without a library: a bare generator, a trampoline with a dict of handlers, asyncio."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from meter import Meter, resident_bytes


class Ask:
    """Something to yield."""

    __slots__ = ()


ASK = Ask()


def asking(size: int) -> Generator[Any, int, int]:
    """The body that every side runs: it asks `size` times and adds up the answers."""
    total = 0
    ask = ASK
    for _ in range(size):
        total += yield ask
    return total


def send(size: int, meter: Meter) -> int:
    """The base of all ratios: a loop that sends into a generator, with the bound method at hand."""

    def loop() -> int:
        send = asking(size).send
        try:
            send(None)  # type: ignore[arg-type]
            while True:
                send(1)
        except StopIteration as stop:
            return stop.value

    return meter.time(loop)


class Awaited:
    """What can be awaited, in Python's own way."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, int, int]:
        return (yield self)


def send_awaiting(size: int, meter: Meter) -> int:
    """The same loop, into a coroutine that awaits: what CPython itself takes for the typed form."""

    async def body() -> int:
        total = 0
        ask = Awaited()
        for _ in range(size):
            total += await ask
        return total

    def loop() -> int:
        send = body().send
        try:
            send(None)
            while True:
                send(1)
        except StopIteration as stop:
            return stop.value

    return meter.time(loop)


def trampoline(body: Generator[Any, Any, int], handlers: dict[type, Callable[[Any], Any]]) -> int:
    """Runs a generator; what it yields is answered by the function for its class."""
    send = body.send
    value = None
    try:
        while True:
            effect = send(value)
            value = handlers[type(effect)](effect)
    except StopIteration as stop:
        return stop.value


def trampoline_function(size: int, meter: Meter) -> int:
    return meter.time(lambda: trampoline(asking(size), {Ask: lambda effect: 1}))


def trampoline_generator(size: int, meter: Meter) -> int:
    def handler(effect: Ask) -> Generator[Any, Any, int]:
        if effect is None:
            yield
        return 1

    def loop() -> int:
        send = asking(size).send
        value = None
        handlers = {Ask: handler}
        try:
            while True:
                effect = send(value)  # type: ignore[arg-type]
                try:
                    next(handlers[type(effect)](effect))
                except StopIteration as stop:
                    value = stop.value
        except StopIteration as stop:
            return stop.value

    return meter.time(loop)


class Get:
    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key


class Put:
    __slots__ = ("key", "value")

    def __init__(self, key: str, value: Any) -> None:
        self.key = key
        self.value = value


def state(size: int, meter: Meter) -> int:
    cells = {"n": 0}

    def counting() -> Generator[Any, Any, int]:
        for _ in range(size):
            n = yield Get("n")
            yield Put("n", n + 1)
        return (yield Get("n"))

    def put(effect: Put) -> None:
        cells[effect.key] = effect.value

    return meter.time(lambda: trampoline(counting(), {Get: lambda effect: cells[effect.key], Put: put}))


# --- objects with two fields


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenSlots:
    key: str
    value: int


class Named(NamedTuple):
    key: str
    value: int


def _construct(make: Callable[[str, int], Any], size: int, meter: Meter) -> int:
    def loop() -> int:
        made = None
        for number in range(size):
            made = make("key", number)
        return made[1] if isinstance(made, tuple) else made.value  # type: ignore[union-attr]

    return meter.time(loop) + 1


def construct_frozen(size: int, meter: Meter) -> int:
    return _construct(FrozenSlots, size, meter)


def construct_named(size: int, meter: Meter) -> int:
    return _construct(Named, size, meter)


def construct_tuple(size: int, meter: Meter) -> int:
    def loop() -> int:
        made = ("", -1)
        for number in range(size):
            made = ("key", number)
        return made[1]

    return meter.time(loop) + 1


# --- programs in programs


def yield_from(size: int, meter: Meter) -> int:
    def child() -> Generator[Any, Any, int]:
        return 1
        yield

    def parent() -> Generator[Any, Any, int]:
        total = 0
        for _ in range(size):
            total += yield from child()
        return total

    return meter.time(lambda: trampoline(parent(), {}))


def yield_from_900(size: int, meter: Meter) -> int:
    """CPython itself refuses 1,000."""

    def nested(depth: int) -> Generator[Any, Any, int]:
        if depth == 0:
            return (yield from asking(size))
        return (yield from nested(depth - 1))

    return meter.time(lambda: trampoline(nested(900), {Ask: lambda effect: 1}))


# --- asyncio


def asyncio_spawn(size: int, meter: Meter) -> int:
    async def child() -> int:
        return 1

    async def parent() -> int:
        total = 0
        for _ in range(size):
            total += await asyncio.create_task(child())
        return total

    return meter.time(lambda: asyncio.run(parent()))


def asyncio_gather(size: int, meter: Meter) -> int:
    async def child() -> int:
        return 1

    async def parent() -> int:
        return sum(await asyncio.gather(*[child() for _ in range(size)]))

    return meter.time(lambda: asyncio.run(parent()))


def asyncio_memory(size: int, meter: Meter) -> int:
    async def child(future: asyncio.Future[int]) -> int:
        return await future

    async def parent() -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        before = resident_bytes()
        tasks = [asyncio.create_task(child(future)) for _ in range(size)]
        await asyncio.sleep(0)
        after = resident_bytes()
        if before is not None and after is not None:
            meter.bytes = after - before
        future.set_result(1)
        return sum([await task for task in tasks])

    return meter.time(lambda: asyncio.run(parent()))
