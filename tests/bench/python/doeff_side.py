"""doeff's side: programs under handlers that are generators, with a filter by the annotation of the effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import doeff
from meter import Meter, resident_bytes


class Ask(doeff.EffectBase):
    """What the handlers here answer."""


class Other(doeff.EffectBase):
    """What the handlers between answer."""


class Pair(doeff.EffectBase):
    """Two fields."""

    def __init__(self, key: str, value: int) -> None:
        super().__init__()
        self.key = key
        self.value = value


ASK = Ask()


def asking(size: int) -> Any:
    total = 0
    ask = ASK
    for _ in range(size):
        total += yield ask
    return total


program = doeff.do(asking)


@doeff.handler
def between(effect: Other, k: doeff.K) -> Any:
    return (yield doeff.Transfer(k, 0))


@doeff.handler
def transfer(effect: Ask, k: doeff.K) -> Any:
    return (yield doeff.Transfer(k, 1))


@doeff.handler
def resume(effect: Ask, k: doeff.K) -> Any:
    # Not `return (yield ...)`, which doeff takes for a tail call.
    rest = yield doeff.Resume(k, 1)
    return rest + 0


@doeff.handler
def untyped_between(effect: Any, k: doeff.K) -> Any:
    if isinstance(effect, Other):
        return (yield doeff.Transfer(k, 0))
    yield doeff.Pass(effect, k)


@doeff.handler
def untyped_pair(effect: Any, k: doeff.K) -> Any:
    if isinstance(effect, Pair):
        return (yield doeff.Transfer(k, effect.value))
    yield doeff.Pass(effect, k)


def _under(made: Any, inner: Any, outer: Any, depth: int) -> Any:
    for _ in range(depth - 1):
        made = inner(made)
    return outer(made)


def _at(handler: Any, depth: int) -> Callable[[int, Meter], int]:
    def measured(size: int, meter: Meter) -> int:
        return meter.time(lambda: doeff.run(_under(program(size), between, handler, depth)))

    return measured


TRANSFER = {depth: _at(transfer, depth) for depth in (1, 10, 100)}

# As on kont's side.
WAITING = 1000


def _resume_at(depth: int) -> Callable[[int, Meter], int]:
    @doeff.do
    def rounds(size: int) -> Any:
        total = 0
        for _ in range(size // WAITING):
            total += yield _under(program(WAITING), between, resume, depth)
        return total

    def measured(size: int, meter: Meter) -> int:
        return meter.time(lambda: doeff.run(rounds(size)))

    return measured


RESUME = {depth: _resume_at(depth) for depth in (1, 10, 100)}


def untyped(size: int, meter: Meter) -> int:
    """An effect made for each `yield`, under ten handlers that look at it themselves."""

    @doeff.do
    def making() -> Any:
        total = 0
        for _ in range(size):
            total += yield Pair("key", 1)
        return total

    return meter.time(lambda: doeff.run(_under(making(), untyped_between, untyped_pair, 10)))


def memory_resume(size: int, meter: Meter) -> int:
    seen = []

    @doeff.handler
    def look(effect: Other, k: doeff.K) -> Any:
        seen.append(resident_bytes())
        return (yield doeff.Transfer(k, 0))

    @doeff.do
    def looking() -> Any:
        yield Other()
        total = 0
        for _ in range(size):
            total += yield ASK
        yield Other()
        return total

    answer = meter.time(lambda: doeff.run(look(resume(looking()))))
    if None not in seen:
        meter.bytes = seen[1] - seen[0]
    return answer


def reader(size: int, meter: Meter) -> int:
    from doeff_core_effects.handlers import reader

    @doeff.do
    def body() -> Any:
        total = 0
        ask = doeff.Ask("n")
        for _ in range(size):
            total += yield ask
        return total

    return meter.time(lambda: doeff.run(reader({"n": 1})(body())))


def state(size: int, meter: Meter) -> int:
    from doeff_core_effects.handlers import state

    @doeff.do
    def counting() -> Any:
        for _ in range(size):
            n = yield doeff.Get("n")
            yield doeff.Put("n", n + 1)
        return (yield doeff.Get("n"))

    return meter.time(lambda: doeff.run(state({"n": 0})(counting())))


def construct(size: int, meter: Meter) -> int:
    def loop() -> int:
        made = None
        for number in range(size):
            made = Pair("key", number)
        return made.value  # type: ignore[union-attr]

    return meter.time(loop) + 1


@doeff.do
def one() -> Any:
    return 1
    yield


def call(size: int, meter: Meter) -> int:
    @doeff.do
    def parent() -> Any:
        total = 0
        for _ in range(size):
            total += yield one()
        return total

    return meter.time(lambda: doeff.run(parent()))


def run_pure(size: int, meter: Meter) -> int:
    def loop() -> int:
        total = 0
        for _ in range(size):
            total += doeff.run(doeff.Pure(1))
        return total

    return meter.time(loop)


def spawn_join(size: int, meter: Meter) -> int:
    from doeff_core_effects.scheduler import scheduled

    @doeff.do
    def parent() -> Any:
        total = 0
        for _ in range(size):
            task = yield doeff.Spawn(one())
            total += yield doeff.Wait(task)
        return total

    return meter.time(lambda: doeff.run(scheduled(parent())))


def spawn_gather(size: int, meter: Meter) -> int:
    from doeff_core_effects.scheduler import scheduled

    @doeff.do
    def parent() -> Any:
        tasks = []
        for _ in range(size):
            tasks.append((yield doeff.Spawn(one())))
        return sum((yield doeff.Gather(*tasks)))

    return meter.time(lambda: doeff.run(scheduled(parent())))


def memory_task(size: int, meter: Meter) -> int:
    from doeff_core_effects.scheduler import scheduled

    @doeff.do
    def child(promise: Any) -> Any:
        return (yield doeff.Wait(promise.future))

    @doeff.do
    def parent() -> Any:
        promise = yield doeff.CreatePromise()
        before = resident_bytes()
        tasks = []
        for _ in range(size):
            tasks.append((yield doeff.Spawn(child(promise))))
        last = yield doeff.Spawn(one())
        yield doeff.Wait(last)
        after = resident_bytes()
        if before is not None and after is not None:
            meter.bytes = after - before
        yield doeff.CompletePromise(promise, 1)
        return sum((yield doeff.Gather(*tasks)))

    return meter.time(lambda: doeff.run(scheduled(parent())))


def await_one(size: int, meter: Meter) -> int:
    from doeff_core_effects.handlers import await_handler
    from doeff_core_effects.scheduler import scheduled

    async def coroutine() -> int:
        return 1

    @doeff.do
    def body() -> Any:
        total = 0
        for _ in range(size):
            total += yield doeff.Await(coroutine())
        return total

    return meter.time(lambda: doeff.run(scheduled(await_handler()(body()))))
