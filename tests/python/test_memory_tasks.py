"""What tasks, scopes, timers, errors and standard handlers leave behind: nothing. Objects are counted; no time is."""

import asyncio
import gc
import sys
import weakref

import pytest
from counting import BLOCKS, MANY, OBJECTS, assert_leaves_nothing, objects

import kont
from kont import std

FEW = MANY // 20


class Tick(kont.Effect[int]):
    pass


class Thing:
    pass


async def nap(value=None):
    await kont.Sleep(1)
    return value


async def fails():
    await kont.Yield()
    raise LookupError("on purpose")


async def spawned_and_waited():
    return await (await kont.Spawn(nap()))


async def gathered():
    await kont.Gather(await kont.Spawn(nap()), await kont.Spawn(nap()))


async def raced():
    return await kont.Race(await kont.Spawn(nap(1)), await kont.Spawn(kont.Sleep(60)))


async def cancelled_while_it_sleeps():
    task = await kont.Spawn(kont.Sleep(3_600))
    await kont.Yield()
    await kont.Cancel(task)


async def cancelled_before_it_began():
    await kont.Cancel(await kont.Spawn(nap()))
    await kont.Yield()


async def failed_and_waited():
    task = await kont.Spawn(fails())
    try:
        await task
    except LookupError:
        pass


async def scope():
    async with kont.scope() as s:
        await s.spawn(nap())
        await s.spawn(nap())


async def failing_scope():
    try:
        async with kont.scope() as s:
            await s.spawn(fails())
            await s.spawn(kont.Sleep(60))
            await kont.Sleep(60)
    except LookupError:
        pass


async def timer_that_is_not_needed():
    async with kont.timeout(3_600):
        await kont.Sleep(1)


async def timer_that_strikes():
    try:
        async with kont.timeout(1):
            await kont.Sleep(3_600)
    except TimeoutError:
        pass


async def promise():
    promise = await kont.CreatePromise()
    task = await kont.Spawn(waits_for(promise))
    await kont.CompletePromise(promise, 1)
    await task


async def external():
    promise = await kont.CreateExternalPromise()
    promise.complete(1)
    await promise


async def abandoned():
    # Its only owner is gone: it settles itself, and is forgotten.
    await kont.CreateExternalPromise()


async def waits_for(promise):
    return await promise


async def channel():
    channel = kont.Channel(1)
    await kont.Spawn(sends(channel))
    assert [message async for message in channel] == [0, 1]


async def sends(channel):
    for message in range(2):
        await channel.send(message)
    await channel.close()


async def lock():
    lock = kont.Lock()
    async with lock:
        other = await kont.Spawn(holds(lock))
        await kont.Yield()
    await other


async def holds(lock):
    async with lock:
        pass


ROUNDS = [
    spawned_and_waited,
    gathered,
    raced,
    cancelled_while_it_sleeps,
    cancelled_before_it_began,
    failed_and_waited,
    scope,
    failing_scope,
    timer_that_is_not_needed,
    timer_that_strikes,
    promise,
    external,
    abandoned,
    channel,
    lock,
]


@pytest.mark.parametrize("one_round", ROUNDS, ids=lambda one: one.__name__)
def test_rounds_leave_nothing_while_the_run_goes_on(one_round):
    seen = []

    async def program():
        for rounds in (1_000, FEW):
            for _ in range(rounds):
                await one_round()
            # What was dropped last is swept when there is enough of it.
            for _ in range(1_000):
                await spawned_and_waited()
            seen.append(objects())

    kont.run(program(), virtual_time=True)
    (objects_before, blocks_before), (objects_after, blocks_after) = seen
    assert objects_after - objects_before < OBJECTS and blocks_after - blocks_before < BLOCKS, seen


@pytest.mark.parametrize("one_round", ROUNDS, ids=lambda one: one.__name__)
def test_runs_leave_nothing(one_round):
    async def program(rounds):
        for _ in range(rounds):
            await one_round()

    # It takes some hundred runs until each size of block has its place.
    def runs(n):
        for _ in range(n // 50):
            kont.run(program(5), virtual_time=True)

    assert_leaves_nothing(runs, FEW * 5, warm=FEW * 5)


def test_runs_on_an_event_loop_leave_nothing():
    async def program():
        await asyncio.sleep(0)
        task = await kont.Spawn(kont.Sleep(0))
        await task
        other = await kont.Spawn(kont.Sleep(3_600))
        await kont.Cancel(other)
        return 1

    async def main(n):
        for _ in range(n):
            assert await kont.run_async(program()) == 1

    assert_leaves_nothing(lambda n: asyncio.run(main(n // 20)), FEW * 5)


def test_runs_that_asyncio_cancels_leave_nothing():
    async def program():
        await kont.Spawn(kont.Sleep(3_600))
        await asyncio.sleep(3_600)

    async def main(n):
        for _ in range(n):
            task = asyncio.ensure_future(kont.run_async(program()))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    assert_leaves_nothing(lambda n: asyncio.run(main(n // 20)), FEW)


@kont.handler(Tick)
def raising(effect):
    raise LookupError("on purpose")


@kont.handler(Tick)
def throwing(effect, k):
    yield kont.TransferThrow(k, LookupError("on purpose"))


@kont.handler(Tick)
def waiting(effect, k):
    return (yield kont.ResumeThrow(k, LookupError("on purpose")))


@pytest.mark.parametrize("handler", [raising, throwing], ids=lambda handler: handler.__name__)
def test_exceptions_leave_nothing_while_the_program_runs(handler):
    seen = []

    @kont.do
    def program():
        for rounds in (1_000, MANY // 5):
            for _ in range(rounds):
                try:
                    yield Tick()
                except LookupError:
                    pass
            seen.append(objects())

    kont.run(program(), handler)
    (objects_before, blocks_before), (objects_after, blocks_after) = seen
    assert objects_after - objects_before < OBJECTS and blocks_after - blocks_before < BLOCKS, seen


@pytest.mark.parametrize("handler", [raising, throwing, waiting], ids=lambda handler: handler.__name__)
def test_an_exception_that_is_kept_keeps_what_its_frames_hold_and_no_more(handler):
    things = []

    @kont.do
    def inner():
        thing = Thing()
        things.append(weakref.ref(thing))
        yield Tick()
        return thing

    @kont.do
    def program():
        other = Thing()
        things.append(weakref.ref(other))
        yield kont.Pure(other)
        del other
        return (yield inner())

    try:
        kont.run(program(), handler)
    except LookupError as error:
        kept = error
    gc.collect()
    # The frame that raised is in the traceback; what the program had let go is gone.
    assert things[1]() is not None and things[0]() is None
    kept.__traceback__ = None
    kept.__context__ = None
    del kept
    gc.collect()
    assert things[1]() is None


def test_exceptions_with_tracebacks_are_collected_with_all_that_they_hold():
    def run(n):
        kept = []
        for _ in range(n // 50):
            try:
                kont.run(deep(5), raising)
            except LookupError as error:
                kept.append(error)
        del kept

    assert_leaves_nothing(run, MANY // 2)


@kont.do
def deep(n):
    return (yield (deep(n - 1) if n else Tick()))


@kont.do
def with_everything(rounds):
    for at in range(rounds):
        yield std.Put("n", (yield std.Get("n")) + 1)
        yield std.Tell(f"{at}") if at % 100 == 0 else kont.Pure(None)
        yield std.Ask("name")
        yield std.Local({"name": "other"}, std.Ask("name"))
        yield std.Try(kont.Pure(at))
        yield std.Try(failing())
        yield kont.Now()
        yield kont.RandomBytes(4)


@kont.do
def failing():
    raise LookupError("on purpose")
    yield


def test_standard_handlers_leave_nothing():
    def run(n):
        handlers = (std.state({"n": 0}), std.writer(), std.reader({"name": "x"}), std.trying, std.seeded(1))
        kont.run(with_everything(n), *handlers, virtual_time=True)

    assert_leaves_nothing(run, FEW)


def test_a_scheduler_forgets_tasks_of_which_nobody_has_a_handle():
    counts = []

    async def program():
        for _ in range(10_000):
            await kont.Spawn(kont.Yield())
            await kont.Yield()
        counts.append(sys.getallocatedblocks())
        for _ in range(10_000):
            await kont.Spawn(kont.Yield())
            await kont.Yield()
        counts.append(sys.getallocatedblocks())

    kont.run(program())
    assert counts[1] - counts[0] < 5 * BLOCKS


@pytest.mark.parametrize(
    "make",
    [
        lambda handler, holder: handler(program_of(holder)),
        lambda handler, holder: kont.CreateContinuation(program_of(holder), [handler]),
        lambda handler, holder: kont.Pure(holder),
        lambda handler, holder: program_of(holder),
        lambda handler, holder: kont.Spawn(program_of(holder)),
    ],
    ids=["handler", "continuation", "pure", "program", "effect"],
)
def test_descriptions_that_hold_themselves_are_collected(make):
    holder = Thing()
    holder.description = make(raising, holder)
    found = weakref.ref(holder)
    del holder
    gc.collect()
    assert found() is None


@kont.do
def program_of(holder):
    yield kont.Pure(holder)


def test_handlers_with_state_die_with_their_run():
    class Counter(kont.Handlers):
        @kont.on(Tick)
        def tick(self, effect):
            return 1

    @kont.do
    def program():
        return (yield Tick())

    counter = Counter()
    found = weakref.ref(counter)
    assert kont.run(program(), counter) == 1
    del counter
    gc.collect()
    assert found() is None
