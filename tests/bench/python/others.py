"""Other libraries' sides. Each is imported only when its side runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

from meter import Meter, resident_bytes

# --- greenlet: a body that switches to a loop, which switches back with the answer


def greenlet_switch(size: int, meter: Meter) -> int:
    import greenlet

    def body(_: Any) -> int:
        total = 0
        switch = hub.switch
        for _ in range(size):
            total += switch("ask")
        return total

    def loop() -> int:
        nonlocal hub
        hub = greenlet.getcurrent()
        worker = greenlet.greenlet(body)
        switch = worker.switch
        asked = switch(None)
        while not worker.dead:
            asked = switch(1)
        return asked

    hub: Any = None
    return meter.time(loop)


def greenlet_spawn(size: int, meter: Meter) -> int:
    import greenlet

    def loop() -> int:
        total = 0
        for _ in range(size):
            total += greenlet.greenlet(lambda: 1).switch()
        return total

    return meter.time(loop)


def greenlet_memory(size: int, meter: Meter) -> int:
    import greenlet

    hub = greenlet.getcurrent()

    def body() -> int:
        return hub.switch(0)

    def loop() -> int:
        before = resident_bytes()
        waiting = [greenlet.greenlet(body) for _ in range(size)]
        for one in waiting:
            one.switch()
        after = resident_bytes()
        if before is not None and after is not None:
            meter.bytes = after - before
        return sum([one.switch(1) for one in waiting])

    return meter.time(loop)


# --- stateless: handlers are decorators of generator functions, and answer with a function


def _stateless_at(depth: int) -> Callable[[int, Meter], int]:
    def measured(size: int, meter: Meter) -> int:
        import stateless

        class Ask(stateless.Ability[int]):
            pass

        class Other(stateless.Ability[int]):
            pass

        ask = Ask()

        def answer(ability) -> int:
            return 1

        def no(ability) -> int:
            return 0

        # Handlers are matched by the annotation of the parameter.
        answer.__annotations__["ability"] = Ask
        no.__annotations__["ability"] = Other

        def body() -> Generator[Any, int, int]:
            total = 0
            for _ in range(size):
                total += yield ask
            return total

        made: Any = body
        for _ in range(depth - 1):
            made = stateless.handle(no)(made)
        made = stateless.handle(answer)(made)
        return meter.time(lambda: stateless.run(made()))

    return measured


STATELESS = {depth: _stateless_at(depth) for depth in (1, 10, 100)}


def stateless_await(size: int, meter: Meter) -> int:
    import stateless

    async def one() -> int:
        return 1

    def body() -> Any:
        total = 0
        for _ in range(size):
            total += yield from stateless.wait(one())
        return total

    return meter.time(lambda: stateless.run(body()))


# --- asyncio's own way of waiting for a coroutine


def asyncio_await(size: int, meter: Meter) -> int:
    """As a task: on the loop, one turn of it for each."""

    async def one() -> int:
        return 1

    async def parent() -> int:
        total = 0
        for _ in range(size):
            total += await asyncio.ensure_future(one())
        return total

    return meter.time(lambda: asyncio.run(parent()))


def asyncio_run_until(size: int, meter: Meter) -> int:
    """From outside: the loop is entered for each."""

    async def one() -> int:
        return 1

    def loop() -> int:
        total = 0
        with asyncio.Runner() as runner:
            for _ in range(size):
                total += runner.run(one())
        return total

    return meter.time(loop)
