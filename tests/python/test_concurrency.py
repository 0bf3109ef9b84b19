"""Tasks: who runs when, what they see, how they end, and what becomes of the others."""

import asyncio
import contextvars
import inspect
import threading
import warnings

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


async def after(seconds, value, log=None):
    await kont.Sleep(seconds)
    if log is not None:
        log.append(value)
    return value


async def fails(seconds, error):
    await kont.Sleep(seconds)
    raise error


def virtual(program, *handlers, **options):
    return kont.run(program, *handlers, virtual_time=True, **options)


def test_a_task_runs_beside_its_spawner_and_gives_its_value():
    log = []

    async def child():
        log.append("child")
        return 42

    async def program():
        task = await kont.Spawn(child(), name="answer")
        log.append(repr(task))
        return await kont.Wait(task), await task

    assert kont.run(program()) == (42, 42)
    assert log == ["<task 2 answer>", "child"]


def test_generators_spawn_and_wait():
    @kont.do
    def child(x):
        yield kont.Yield()
        return x + 1

    @kont.do
    def program():
        task = yield kont.Spawn(child(1))
        return (yield task), (yield kont.Gather(task, task))

    assert kont.run(program()) == (2, [2, 2])


def test_a_child_sees_the_handlers_and_observers_of_its_spawner_in_order():
    log = []

    @kont.observer(Ask)
    def inner(effect):
        log.append("inner")

    @kont.observer(Ask)
    def outer(effect):
        log.append("outer")

    async def child():
        return await Ask("child"), [h.__name__ for h in await kont.GetOuterHandlers()]

    async def program():
        return await (await kont.Spawn(child()))

    value, handlers = kont.run(outer(upper(inner(program()))))
    assert (value, handlers) == ("CHILD", ["upper"])
    assert log == ["inner", "outer"]


def test_handlers_are_shared_and_not_copied():
    class Count(kont.Effect[int]):
        pass

    total = 0

    @kont.handler(Count)
    def counter(effect):
        nonlocal total
        total += 1
        return total

    async def child():
        return await Count()

    async def program():
        tasks = [await kont.Spawn(child()) for _ in range(3)]
        return await kont.Gather(*tasks), await Count()

    assert kont.run(program(), counter) == ([1, 2, 3], 4)


def test_a_handler_may_answer_a_spawn_or_pass_it_on():
    seen = []

    @kont.handler(kont.Spawn)
    def watch(effect, k):
        seen.append(effect.name)
        task = yield kont.Delegate()
        return (yield kont.Resume(k, task))

    async def child():
        return await Ask("inside")

    @kont.handler(Ask)
    def lower(effect):
        return effect.key.lower()

    async def program():
        return await (await kont.Spawn(child(), name="one"))

    # The child sees the handler that is inside of the one that delegated: it runs at the place of the performer.
    assert kont.run(lower(program()), watch, upper) == "inside"
    assert seen == ["one"]


def test_first_come_first_served_within_a_priority():
    log = []

    async def child(name):
        log.append(name)
        await kont.Yield()
        log.append(name)

    async def program():
        tasks = [await kont.Spawn(child(n), priority=p) for n, p in [("a", 0), ("b", 0), ("high", 1)]]
        await kont.Gather(*tasks)

    kont.run(program())
    assert log == ["high", "high", "a", "b", "a", "b"]


def test_a_seed_chooses_the_order_the_same_each_time():
    def order(seed):
        log = []

        async def program():
            await kont.Gather(*[await kont.Spawn(after(0, n, log)) for n in range(6)])

        kont.run(program(), seed=seed)
        return log

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(10)}) > 1
    assert order(None) == list(range(6))


def test_what_a_task_raises_is_raised_where_it_is_awaited():
    async def program():
        task = await kont.Spawn(fails(0, LookupError("inside")))
        with pytest.raises(LookupError, match="inside"):
            await task
        return "caught"

    assert kont.run(program()) == "caught"


def test_gather_cancels_the_others_when_one_fails_and_waits_for_them():
    log = []

    async def slow():
        try:
            await kont.Sleep(60)
        finally:
            await kont.Sleep(1)
            log.append("cleaned up")

    async def program():
        tasks = [await kont.Spawn(slow()), await kont.Spawn(fails(1, KeyError("one")))]
        try:
            await kont.Gather(*tasks)
        except KeyError:
            log.append("failed")

    virtual(program())
    assert log == ["cleaned up", "failed"]


def test_gather_of_nothing_and_race_of_nobody():
    async def program():
        with pytest.raises(ValueError, match="a race of nobody"):
            await kont.Race()
        return await kont.Gather()

    assert kont.run(program()) == []


def test_race_gives_the_first_and_cancels_the_others():
    log = []

    async def program():
        return await kont.Race(await kont.Spawn(after(2, "slow", log)), await kont.Spawn(after(1, "fast", log)))

    assert virtual(program()) == "fast"
    assert log == ["fast"]


def test_cancel_is_raised_where_the_task_waits_and_its_cleanup_may_perform():
    log = []

    async def child():
        try:
            await kont.Sleep(60)
        except kont.Cancelled:
            log.append(await Ask("cancelled"))
            raise
        finally:
            await kont.Sleep(1)
            log.append("finally")

    async def program():
        task = await kont.Spawn(child())
        await kont.Yield()
        first = await kont.Cancel(task)
        with pytest.raises(kont.Cancelled):
            await task
        return first, await kont.Cancel(task)

    assert virtual(program(), upper) == (True, False)
    assert log == ["CANCELLED", "finally"]


def test_a_task_that_has_not_begun_ends_without_running():
    log = []

    async def program():
        task = await kont.Spawn(kont.Program(log.append, ("ran",)))
        await kont.Cancel(task)
        with pytest.raises(kont.Cancelled):
            await task

    kont.run(program())
    assert log == []


def test_a_promise_is_completed_once_before_or_after_it_is_awaited():
    async def program():
        early, late, bad = [await kont.CreatePromise() for _ in range(3)]
        await kont.CompletePromise(early, 1)
        waiter = await kont.Spawn(kont.Wait(late))
        await kont.Yield()
        await kont.CompletePromise(late, 2)
        await kont.FailPromise(bad, LookupError("bad"))
        with pytest.raises(LookupError, match="bad"):
            await bad
        with pytest.raises(kont.UsageError, match="settled before"):
            await kont.CompletePromise(late, 3)
        return await early, await waiter, await late

    assert kont.run(program()) == (1, 2, 2)


@pytest.mark.parametrize("run", [kont.run, lambda program: asyncio.run(kont.run_async(program))])
def test_an_external_promise_is_completed_by_a_thread(run):
    async def program():
        good, bad = [await kont.CreateExternalPromise() for _ in range(2)]
        threads = [
            threading.Thread(target=good.complete, args=("good",)),
            threading.Thread(target=bad.fail, args=(LookupError("bad"),)),
        ]
        for thread in threads:
            thread.start()
        with pytest.raises(LookupError, match="bad"):
            await bad
        with pytest.raises(kont.UsageError, match="completed before"):
            bad.complete(1)
        return await good

    assert run(program()) == "good"


def test_waiting_for_what_is_no_task_names_spawn():
    async def program():
        with pytest.raises(kont.UsageError, match="kont.Spawn"):
            await kont.Wait(5)
        with pytest.raises(kont.UsageError, match="not a program"):
            await kont.Spawn(5)

    kont.run(program())


def test_a_task_of_another_run_is_refused():
    async def program():
        return await kont.Spawn(after(0, 1))

    task = kont.run(program())

    async def other():
        with pytest.raises(kont.UsageError, match="another run"):
            await task

    kont.run(other())


def test_a_deadlock_names_the_circle():
    async def waits(other):
        await other[0]

    async def program():
        box = []
        first = await kont.Spawn(waits(box), name="first")
        box.append(await kont.Spawn(kont.Wait(first), name="second"))
        await first

    with pytest.raises(kont.Deadlock) as caught:
        kont.run(program())
    assert "2 waits for 3 waits for 2" in str(caught.value)
    assert "`first`" in str(caught.value) and "`second`" in str(caught.value)
    assert caught.value.args == (str(caught.value),)


def test_a_deadlock_says_at_which_line_each_task_waits():
    first = inspect.currentframe().f_lineno

    async def receives(channel):
        return await channel.receive()

    @kont.do
    def inner(channel):
        return (yield from channel.receive())

    @kont.do
    def outer(channel):
        return (yield inner(channel))

    async def locks(lock):
        async with lock:
            async with lock:
                pass

    async def program():
        channel = kont.Channel()
        await kont.Spawn(receives(channel), name="a coroutine")
        await kont.Spawn(outer(channel), name="a program")
        await kont.Spawn(locks(kont.Semaphore(1)), name="in a method of kont")
        await kont.Spawn(channel.receive(), name="an effect")
        await (await kont.CreatePromise())

    with pytest.raises(kont.Deadlock) as caught:
        kont.run(program())
    # Nobody but kont is there to be named for an effect that is a task.
    waits = {"": ("program", 24), "`a coroutine`": ("receives", 3), "`a program`": ("inner", 7), "`in a method of kont`": ("locks", 15)}
    lines = [line for line in str(caught.value).splitlines() if line.startswith("  task ")]
    for name, (function, line) in waits.items():
        [told] = [told for told in lines if (name in told if name else "`" not in told.partition(" waits ")[0])]
        assert f", in `test_a_deadlock_says_at_which_line_each_task_waits.{function}` ({__file__}:{first + line})" in told
    [effect] = [line for line in lines if "`an effect`" in line]
    assert ", in " not in effect.partition(";")[0]


def test_a_run_of_its_own_is_not_spawned():
    async def child():
        return await kont.Sleep(0)

    async def program():
        inner = child()
        run = kont.run_async(inner)
        try:
            await kont.Spawn(run)
        finally:
            run.close()
            inner.close()

    with pytest.raises(kont.UsageError, match=r"is a run of its own, and not a part of this one\nhelp: give the program itself"):
        kont.run(program())
    with pytest.raises(kont.UsageError, match="is a run of its own"):
        asyncio.run(kont.run_async(program()))


def test_when_the_main_task_ends_the_others_are_unwound():
    log = []

    async def child():
        try:
            await kont.Sleep(60)
            log.append("never")
        finally:
            await kont.Sleep(1)
            log.append(await Ask("unwound"))

    async def program():
        await kont.Spawn(child())
        await kont.Yield()
        return "ended"

    assert virtual(program(), upper) == "ended"
    assert log == ["UNWOUND"]


def test_a_failure_that_nobody_hears_of_is_a_warning():
    async def program():
        await kont.Spawn(fails(0, LookupError("unheard")))
        await kont.Yield()
        await kont.Yield()

    with pytest.warns(RuntimeWarning, match="unheard"):
        kont.run(program())


def test_sleeping_tasks_sleep_side_by_side():
    log = []

    async def program():
        await kont.Gather(*[await kont.Spawn(after(s, s, log)) for s in (0.03, 0.01, 0.02)])

    # In virtual time: on a busy machine, the one that was to sleep longest may be spawned long before the others.
    kont.run(program(), virtual_time=True)
    asyncio.run(kont.run_async(program(), virtual_time=True))
    assert log == [0.01, 0.02, 0.03] * 2


@pytest.mark.parametrize("run", [kont.run, lambda program: asyncio.run(kont.run_async(program))])
def test_awaits_of_several_tasks_go_on_together(run):
    async def one(mine, theirs):
        await asyncio.sleep(0)
        mine.set()
        await theirs.wait()
        return "met"

    async def program():
        a, b = asyncio.Event(), asyncio.Event()
        tasks = [await kont.Spawn(one(a, b)), await kont.Spawn(one(b, a))]
        return await kont.Gather(*tasks)

    assert run(program()) == ["met", "met"]


@pytest.mark.parametrize("run", [kont.run, lambda program: asyncio.run(kont.run_async(program))])
def test_cancelling_a_task_that_awaits_cancels_the_awaitable(run):
    log = []

    async def library():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            log.append("library")
            raise

    async def child():
        try:
            await asyncio.ensure_future(library())
        finally:
            log.append("child")

    async def program():
        task = await kont.Spawn(child())
        await kont.Yield()
        await asyncio.sleep(0.001)
        await kont.Cancel(task)
        with pytest.raises(kont.Cancelled):
            await task
        await asyncio.sleep(0.001)

    run(program())
    assert sorted(log) == ["child", "library"]


def test_cancelling_run_async_unwinds_the_program_and_its_tasks():
    log = []

    async def child():
        try:
            await asyncio.sleep(60)
        finally:
            log.append("child")

    async def program():
        task = await kont.Spawn(child())
        try:
            await task
        finally:
            log.append("main")

    async def main():
        running = asyncio.ensure_future(kont.run_async(program()))
        await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())
    assert log == ["main", "child"]


def test_context_variables_are_of_the_task():
    variable = contextvars.ContextVar("variable", default="outside")

    async def child(value):
        seen = variable.get()
        variable.set(value)
        await kont.Yield()
        return seen, variable.get()

    async def program():
        variable.set("main")
        tasks = [await kont.Spawn(child("a")), await kont.Spawn(child("b"))]
        return await kont.Gather(*tasks), variable.get()

    run = contextvars.copy_context().run
    assert run(kont.run, program()) == ([("main", "a"), ("main", "b")], "main")


def test_a_service_that_spawns_for_ever_stays_as_it_is():
    import tracemalloc

    async def child():
        await kont.Yield()

    async def program():
        async def some():
            for _ in range(3000):
                await (await kont.Spawn(child()))

        await some()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await some()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return after - before

    assert kont.run(program()) < 200_000


@pytest.mark.parametrize("wait", [lambda task: task, kont.Wait, kont.Gather, kont.Race])
def test_cancelled_tasks_leave_nothing(wait):
    import gc
    import tracemalloc

    async def child():
        await kont.Sleep(60)

    async def some():
        for _ in range(1500):
            task = await kont.Spawn(child())
            await kont.Yield()
            await kont.Cancel(task)
            with pytest.raises(kont.Cancelled):
                await wait(task)

    async def program():
        await some()
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        await some()
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return after - before

    assert kont.run(program()) < 300_000


def test_many_tasks():
    async def child(n):
        await kont.Yield()
        return n

    async def program():
        return sum(await kont.Gather(*[await kont.Spawn(child(n)) for n in range(10_000)]))

    assert kont.run(program()) == sum(range(10_000))


def test_effects_of_tasks_are_values():
    task = kont.Gather(1, 2)
    assert task == kont.Gather(1, 2) and hash(task) == hash(kont.Gather(1, 2)) and task != kont.Race(1, 2)
    assert repr(task) == "Gather(1, 2)"
    assert kont.Sleep(1) == kont.Sleep(1) and repr(kont.Sleep(1)) == "Sleep(seconds=1)"


def test_nothing_is_warned_of_in_a_run_that_ends_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kont.run(after(0, 1))
