"""What is asyncio's own: its tasks, futures and counts of cancellations, its loops, Ctrl-C; and `run`'s own loop."""

import asyncio
import gc
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import anyio
import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


def run_async(program):
    return asyncio.run(kont.run_async(program, upper))


def run(program):
    return kont.run(program, upper)


@pytest.fixture(params=[run, run_async])
def runs(request):
    return request.param


class Awaitable:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        yield from asyncio.sleep(0.001).__await__()
        return self.value


@pytest.mark.parametrize("task", [False, True])
def test_futures_tasks_coroutines_and_objects_with_await(runs, task):
    seen = set()

    async def coroutine():
        seen.add((asyncio.get_running_loop(), threading.get_ident()))
        await asyncio.sleep(0.001)
        return "coroutine"

    @kont.do
    def generator():
        loop = yield here()
        future = loop.create_future()
        loop.call_soon(future.set_result, "future")
        return [(yield coroutine()), (yield future), (yield Awaitable("object")), (yield kont.Await(Awaitable("again")))]

    async def here():
        return asyncio.get_running_loop()

    async def program():
        loop = asyncio.get_running_loop()
        seen.add((loop, threading.get_ident()))
        future = loop.create_future()
        loop.call_later(0.001, future.set_result, "future")
        return [
            await coroutine(),
            await future,
            await asyncio.ensure_future(coroutine()),
            await Awaitable("object"),
            await asyncio.gather(coroutine(), Awaitable("object")),
        ], await generator()

    async def spawned():
        return await (await kont.Spawn(program()))

    assert runs(spawned() if task else program()) == (
        ["coroutine", "future", "coroutine", "object", ["coroutine", "object"]],
        ["coroutine", "future", "object", "again"],
    )
    assert len(seen) == 1


def test_the_loop_is_the_callers():
    async def program():
        return asyncio.get_running_loop(), asyncio.current_task()

    async def main():
        loop, task = await kont.run_async(program())
        assert loop is asyncio.get_running_loop()
        assert task is asyncio.current_task()

    asyncio.run(main())


def test_each_task_is_a_task_of_its_own_to_asyncio(runs):
    async def child():
        one = asyncio.current_task()
        await asyncio.sleep(0)
        two = asyncio.current_task()
        await kont.Yield()
        assert one is two is asyncio.current_task()
        return one

    async def program():
        before = asyncio.current_task()
        tasks = await kont.Gather(await kont.Spawn(child()), await kont.Spawn(child()))
        assert before is asyncio.current_task()
        return before, *tasks

    assert len(set(runs(program()))) == 3


def test_timeout_inside_around_and_in_a_task(runs):
    log = []

    async def limited(wait):
        try:
            async with asyncio.timeout(0.01):
                await wait()
        except TimeoutError:
            log.append(await Ask("late"))

    async def nothing():
        pass

    async def program():
        await limited(lambda: asyncio.sleep(60))
        await limited(lambda: kont.Sleep(60))
        await limited(nothing)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.sleep(60), 0.01)
        async with kont.scope() as s:
            await s.spawn(limited(lambda: asyncio.sleep(60)))
            await s.spawn(limited(lambda: kont.Sleep(60)))
        await limited(lambda: kont.Sleep(60))
        return "done"

    assert runs(program()) == "done"
    assert log == ["LATE"] * 5


def test_threads_and_scopes_of_anyio_in_tasks(runs):
    async def child(n):
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep, 0.001)
        with anyio.fail_after(60):
            return await anyio.to_thread.run_sync(lambda: n)

    async def program():
        tasks = [await kont.Spawn(child(n)) for n in range(3)]
        return await kont.Gather(*tasks), await child(9)

    before = threading.active_count()
    assert runs(program()) == ([0, 1, 2], 9)
    # Its threads are told of the end of the run, and end.
    for _ in range(60_000):
        if threading.active_count() <= before:
            break
        time.sleep(0.001)
    assert threading.active_count() <= before


def test_what_stands_for_a_task_in_asyncio():
    told = []

    async def child():
        me = asyncio.current_task()
        me.add_done_callback(told.append)
        me.add_done_callback(print)
        assert me.remove_done_callback(print) == 1
        assert me.get_loop() is asyncio.get_running_loop()
        assert not me.done() and not me.cancelled() and me.get_stack() == []
        assert me.get_name() in repr(me)
        return me

    async def program():
        me = await (await kont.Spawn(child()))
        await asyncio.sleep(0.001)
        assert told == []
        return me

    me = kont.run(program())
    assert told == [me]
    assert me.done()


def test_a_coroutine_that_is_awaited_is_a_part_of_the_main_task(runs):
    log = []

    async def inside():
        log.append(asyncio.current_task())
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.sleep(60)
        with anyio.move_on_after(0.001):
            await anyio.sleep(60)
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_exception, LookupError("inside"))
        with pytest.raises(LookupError, match="inside"):
            await future
        log.append(asyncio.current_task())
        return "inside"

    async def main_task():
        return asyncio.current_task()

    @kont.do
    def program():
        me = yield main_task()
        value = yield kont.Await(inside())
        return value, {me, *log} == {me}

    assert runs(program()) == ("inside", True)


def test_task_groups_in_tasks(runs):
    async def fails():
        await asyncio.sleep(0.001)
        raise LookupError

    async def child():
        with pytest.raises(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                await asyncio.sleep(60)
        return "child"

    async def program():
        tasks = [await kont.Spawn(child()) for _ in range(3)]
        return await kont.Gather(*tasks), await child()

    assert runs(program()) == (["child"] * 3, "child")


def test_counts_of_cancellations_stay_right():
    async def program():
        await (await kont.Spawn(asyncio.sleep(60)))

    async def main():
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await kont.run_async(program())
            assert asyncio.current_task().cancelling() == 0
        async with asyncio.timeout(60):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await kont.run_async(program())
        return "done"

    assert asyncio.run(main()) == "done"


def test_an_error_of_a_sibling_in_a_task_group():
    log = []

    async def program():
        try:
            await asyncio.sleep(60)
        finally:
            log.append(await Ask("end"))

    async def fails():
        await asyncio.sleep(0.001)
        raise LookupError

    async def main():
        with pytest.raises(ExceptionGroup) as caught:
            async with asyncio.TaskGroup() as group:
                group.create_task(kont.run_async(program(), upper))
                group.create_task(fails())
        assert [type(one) for one in caught.value.exceptions] == [LookupError]

    asyncio.run(main())
    assert log == ["END"]


def test_a_cancellation_after_the_main_task_has_ended_is_not_lost():
    log = []
    begun = []

    async def child():
        try:
            await kont.Sleep(60)
        finally:
            begun.append(True)
            await kont.Sleep(0.01)
            log.append("child")

    async def program():
        await kont.Spawn(child())
        await kont.Yield()
        return "value"

    async def main():
        task = asyncio.ensure_future(kont.run_async(program()))
        while not begun:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == ["child"]


def test_a_future_that_somebody_cancels(runs):
    async def program():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        loop.call_soon(future.cancel)
        with pytest.raises(asyncio.CancelledError):
            await future
        return "goes on"

    async def in_a_task():
        return await (await kont.Spawn(program()))

    assert runs(program()) == runs(in_a_task()) == "goes on"


def test_what_was_given_up_ends_before_the_run():
    log = []

    async def slow_to_end():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            log.append("ended")

    @kont.do
    def program():
        task = yield kont.Spawn(kont.Await(slow_to_end()))
        yield kont.Sleep(0.001)
        yield kont.Cancel(task)
        return "done"

    assert asyncio.run(kont.run_async(program())) == "done"
    assert log == ["ended"]


def test_a_loop_that_is_closed_early_unwinds_its_programs():
    log = []

    async def program(spawn):
        try:
            if spawn:
                await kont.Spawn(kont.Sleep(60))
            await asyncio.sleep(60)
        finally:
            log.append(await Ask("end"))

    loop = asyncio.new_event_loop()
    coroutines = [kont.run_async(program(spawn), upper) for spawn in (False, True)]
    tasks = [loop.create_task(coroutine) for coroutine in coroutines]
    loop.run_until_complete(asyncio.sleep(0.001))
    loop.call_exception_handler = lambda context: None
    loop.close()
    for coroutine in coroutines:
        coroutine.close()
    assert log == ["END", "END"]
    del tasks


def test_nothing_is_said_of_runs_that_end_well():
    async def program():
        async def never():
            await asyncio.sleep(0)

        task = await kont.Spawn(kont.Await(never()))
        await kont.Cancel(task)
        await asyncio.sleep(0)
        return "done"

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert asyncio.run(kont.run_async(program())) == "done"
        gc.collect()
    assert [str(one.message) for one in caught] == []


def test_no_loop_no_run_async():
    coroutine = kont.run_async(kont.Sleep(0))
    with pytest.raises(kont.UsageError, match=r"asyncio\.run"):
        coroutine.send(None)


# The loop of `run` itself.


@pytest.fixture
def opened(monkeypatch):
    """The loops that were opened, by the calls of their constructor."""
    found = []
    original = asyncio.SelectorEventLoop.__init__

    def noted(self, *arguments):
        found.append(self)
        original(self, *arguments)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "__init__", noted)
    return found


def test_a_program_that_awaits_nothing_opens_no_loop(opened):
    async def child():
        await kont.Sleep(0.001)
        return await Ask("child")

    async def program():
        await asyncio.sleep(0)
        assert asyncio.current_task() is not None
        name = await Ask("main")
        async with kont.timeout(1):
            return name, await (await kont.Spawn(child())), asyncio.get_running_loop() is not None

    assert kont.run(program(), upper) == ("MAIN", "CHILD", True)
    assert opened == []


def test_a_loop_that_was_needed_is_closed(opened):
    log = []

    async def left_behind():
        try:
            await asyncio.sleep(60)
        finally:
            log.append("cancelled")

    async def numbers():
        try:
            while True:
                await asyncio.sleep(0)
                yield 1
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    kept = []

    async def program():
        kept.append(asyncio.ensure_future(left_behind()))
        kept.append(numbers())
        assert await anext(kept[1]) == 1
        await asyncio.to_thread(log.append, "thread")
        return "done"

    assert kont.run(program()) == "done"
    assert len(opened) == 1
    assert opened[0].is_closed()
    assert sorted(log) == ["cancelled", "closed", "thread"]
    with pytest.raises(LookupError):
        kont.run(fails_after_await())
    assert opened[1].is_closed()
    assert kept[0].cancelled()


async def fails_after_await():
    await asyncio.sleep(0.001)
    raise LookupError


def test_runs_in_runs_have_their_own_loops(opened):
    @kont.handler(Ask)
    def nested(effect):
        return kont.run(slept(effect.key))

    async def slept(value):
        await asyncio.sleep(0.001)
        return value

    async def program():
        await asyncio.sleep(0.001)
        one = await Ask("one")
        await asyncio.sleep(0.001)
        return one

    assert kont.run(program(), nested) == "one"
    assert len(opened) == 2


def test_hooks_for_async_generators_are_given_back():
    async def program(parks):
        async def numbers():
            yield 1

        async for _ in numbers():
            if parks:
                await kont.Approval("go on?")
        return "done"

    before = sys.get_asyncgen_hooks()
    assert kont.run(program(False)) == "done"
    assert sys.get_asyncgen_hooks() == before
    drive = kont._kont.Drive(program(True), (), questions=True)
    assert isinstance(drive.send(None), kont.Approval)
    assert sys.get_asyncgen_hooks() != before
    del drive
    assert sys.get_asyncgen_hooks() == before


CTRL_C = """
import asyncio, os, signal, threading
import kont

signal.signal(signal.SIGINT, signal.default_int_handler)

class Ask(kont.Effect[str]):
    key: str

@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()

async def child():
    try:
        await kont.Sleep(60)
    finally:
        await asyncio.sleep(0.001)
        print(await Ask("child"))

async def program():
    try:
        # From in here: before, there is nothing to clean up.
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        if {tasks}:
            await kont.Spawn(child())
        await {wait}
    except BaseException as error:
        print(type(error).__name__)
        raise
    finally:
        await asyncio.sleep(0.001)
        print(await Ask("main"))

try:
    {run}
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("tasks", [False, True])
@pytest.mark.parametrize("wait", ["asyncio.sleep(60)", "kont.Await(asyncio.sleep(60))", "kont.Sleep(60)"])
@pytest.mark.parametrize("how", ["run", "run_async"])
def test_ctrl_c_while_a_program_waits(tasks, wait, how):
    line = "kont.run(program(), upper)" if how == "run" else "asyncio.run(kont.run_async(program(), upper))"
    source = textwrap.dedent(CTRL_C).format(tasks=tasks, wait=wait, run=line)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False)
    error = "KeyboardInterrupt" if how == "run" else "CancelledError"
    assert done.stdout.split() == [error, "MAIN", *(["CHILD"] if tasks else []), "stopped"], done.stderr


def test_the_tasks_of_a_policys_host_program_go_on_while_one_awaits():
    log = []

    async def waits(event):
        await event.wait()
        log.append("waited")

    async def sets(event):
        await asyncio.sleep(0)
        log.append("set")
        event.set()

    async def program():
        event = asyncio.Event()
        async with kont.scope() as s:
            await s.spawn(waits(event))
            await s.spawn(sets(event))
        await kont.Sleep(0.001)
        await asyncio.sleep(0)
        return "done"

    drive = kont._kont.Drive(program(), (), questions=True)
    assert drive.send(None) is None
    assert drive.result() == "done"
    assert log == ["set", "waited"]
