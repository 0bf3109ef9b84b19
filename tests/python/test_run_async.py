"""`run_async` on every library with an event loop that it knows: the same tests for all of them."""

import contextvars
import gc
import threading
import weakref

import pytest
from loops import LIBRARIES

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


@pytest.fixture(params=LIBRARIES, ids=repr)
def on(request):
    return request.param


def test_values_and_effects(on):
    async def program():
        first = await Ask("a")
        await on.sleep(0.001)
        await kont.Sleep(0.001)
        return first, await Ask("b"), (await kont.Now()) > 0

    async def main():
        return await kont.run_async(program(), upper)

    assert on.run(main) == ("A", "B", True)


def test_generators_await_coroutines(on):
    async def slept(value):
        await on.sleep(0.001)
        return value

    @kont.do
    def program():
        one = yield kont.Await(slept(1))
        two = yield slept(2)
        return one, two, (yield Ask("a"))

    async def main():
        return await kont.run_async(program(), upper)

    assert on.run(main) == (1, 2, "A")


def test_an_error_arrives_at_the_line_of_its_await(on):
    async def fails():
        await on.sleep(0)
        raise LookupError("inside")

    async def program(task):
        try:
            await kont.Await(fails())
        except LookupError as error:
            caught = str(error)
        if task:
            with pytest.raises(LookupError):
                await (await kont.Spawn(fails()))
        return caught

    async def main():
        assert await kont.run_async(program(False)) == "inside"
        assert await kont.run_async(program(True)) == "inside"
        with pytest.raises(LookupError):
            await kont.run_async(fails())

    on.run(main)


def test_what_is_awaited_runs_in_the_same_thread(on):
    threads = set()

    async def there():
        threads.add(threading.get_ident())
        await on.sleep(0)
        threads.add(threading.get_ident())

    async def program():
        await there()
        await kont.Await(there())
        tasks = [await kont.Spawn(there()) for _ in range(3)]
        await kont.Gather(*tasks)
        await kont.Await(there())

    before = threading.active_count()

    async def main():
        await kont.run_async(program())
        assert threading.active_count() == before

    on.run(main)
    assert threads == {threading.get_ident()}


def test_a_thousand_at_once(on):
    running = peak = 0

    async def program(n):
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await on.sleep(0.01)
        name = await Ask(f"n{n}")
        task = await kont.Spawn(later(n))
        running -= 1
        return name, await task

    async def later(n):
        await on.sleep(0)
        return n

    async def main():
        return await on.together(*(lambda n=n: kont.run_async(program(n), upper) for n in range(1_000)))

    assert on.run(main) == [(f"N{n}", n) for n in range(1_000)]
    assert peak == 1_000


def test_tasks_go_on_while_others_await(on):
    log = []

    async def worker(name, times):
        for _ in range(times):
            await on.sleep(0.001)
            log.append(name)
            await kont.Yield()
        return name

    async def ticks(times):
        for _ in range(times):
            await kont.Sleep(0.001)
            log.append("tick")

    async def program():
        await on.sleep(0)
        tasks = [await kont.Spawn(worker(name, 3)) for name in "ab"]
        tick = await kont.Spawn(ticks(3))
        await on.sleep(0.001)
        log.append("main")
        return await kont.Gather(*tasks, tick)

    async def main():
        return await kont.run_async(program())

    assert on.run(main) == ["a", "b", None]
    assert sorted(log) == ["a"] * 3 + ["b"] * 3 + ["main"] + ["tick"] * 3
    assert log[:3] != ["a"] * 3


def test_a_busy_program_lets_others_run(on):
    turns = 0

    async def busy():
        for _ in range(3_000_000):
            await Ask("a")
            if turns > 5:
                return "done"

    async def busy_task():
        return await (await kont.Spawn(busy()))

    async def other(program):
        nonlocal turns
        turns = 0
        while turns <= 5:
            turns += 1
            await on.sleep(0)

    async def main():
        for program in (busy, busy_task):
            values = await on.together(lambda program=program: kont.run_async(program(), upper), lambda: other(program))
            assert values == ["done", None]

    on.run(main)


@pytest.mark.parametrize("kind", ["awaits", "sleeps", "has tasks", "waits for a task", "is busy"])
def test_cancelling_unwinds_the_program(on, kind):
    log = []
    begun = []

    async def child():
        try:
            begun.append(True)
            await kont.Sleep(60)
        finally:
            log.append(await Ask("child"))

    async def program():
        try:
            if kind == "awaits":
                begun.append(True)
                await on.sleep(60)
            elif kind == "sleeps":
                begun.append(True)
                await kont.Sleep(60)
            elif kind == "is busy":
                begun.append(True)
                while True:
                    await Ask("busy")
            else:
                task = await kont.Spawn(child())
                await (task if kind == "waits for a task" else on.sleep(60))
        except BaseException as error:
            log.append(type(error))
            raise
        finally:
            await kont.Sleep(0.001)
            log.append(await Ask("main"))

    async def main():
        return await on.start_and_cancel(lambda: kont.run_async(program(), upper), begun)

    assert on.run(main) == "cancelled"
    # On trio, all that waits is cancelled at once, in any order.
    log.remove(on.cancelled)
    assert sorted(log) == (["CHILD", "MAIN"] if "task" in kind else ["MAIN"])


def test_a_program_may_swallow_its_cancellation(on):
    begun = []

    async def program():
        begun.append(await Ask("a"))
        try:
            await on.sleep(60)
        except on.cancelled:
            return await Ask("b")

    async def main():
        return await on.start_and_cancel(lambda: kont.run_async(program(), upper), begun)

    assert on.run(main) == "B"


def test_a_deadline_of_the_library_around_a_run(on):
    log = []

    async def program(spawn):
        try:
            if spawn:
                await (await kont.Spawn(on.sleep(60)))
            await on.sleep(60)
        finally:
            log.append(await Ask("end"))

    async def main():
        for spawn in (False, True):
            async with on.give_up_after(0.01):
                await kont.run_async(program(spawn), upper)
                log.append("not reached")
            log.append("after")

    on.run(main)
    assert log == ["END", "after"] * 2


@pytest.mark.parametrize("task", [False, True])
@pytest.mark.parametrize("wait", ["library", "kont"])
def test_a_deadline_of_the_library_inside_a_program(on, task, wait):
    log = []

    async def limited(name):
        async with on.give_up_after(0.01):
            await (on.sleep(60) if wait == "library" else kont.Sleep(60))
            log.append("not reached")
        log.append(name)
        await on.sleep(0)
        return await Ask(name)

    async def lasting():
        async with on.give_up_after(60):
            await on.sleep(0.03)
            log.append("lasting")

    async def program():
        if not task:
            return await limited("main")
        async with kont.scope() as s:
            await s.spawn(lasting())
            one = await s.spawn(limited("one"))
            two = await s.spawn(limited("two"))
        return await one, await two

    async def main():
        return await kont.run_async(program(), upper)

    assert on.run(main) == (("ONE", "TWO") if task else "MAIN")
    assert sorted(log) == (["lasting", "one", "two"] if task else ["main"])


def test_groups_of_the_library_in_tasks(on):
    async def leaf(n):
        await on.sleep(0.001 * n)
        return n

    async def fails():
        await on.sleep(0.001)
        raise LookupError

    async def grouped(n):
        values = await on.together(lambda: leaf(n), lambda: leaf(n + 1))
        with pytest.raises((LookupError, ExceptionGroup)):
            await on.together(fails, lambda: on.sleep(0.002))
        return values, await Ask("a")

    async def program():
        tasks = [await kont.Spawn(grouped(n)) for n in range(4)]
        return [await grouped(9), *await kont.Gather(*tasks)]

    async def main():
        return await kont.run_async(program(), upper)

    assert on.run(main) == [([n, n + 1], "A") for n in [9, *range(4)]]


def test_cancelling_a_task_of_kont_that_awaits(on):
    log = []

    async def inner():
        try:
            await on.sleep(60)
        except on.cancelled:
            log.append("awaitable")
            raise

    async def child():
        try:
            await kont.Await(inner())
        except kont.Cancelled:
            log.append("child")
            raise

    async def direct():
        try:
            await on.sleep(60)
        finally:
            log.append(await Ask("direct"))

    async def program():
        tasks = [await kont.Spawn(child()), await kont.Spawn(direct())]
        await on.sleep(0.01)
        for task in tasks:
            await kont.Cancel(task)
            with pytest.raises(kont.Cancelled):
                await task
        return "done"

    async def main():
        return await kont.run_async(program(), upper)

    assert on.run(main) == "done"
    assert sorted(log) == ["DIRECT", "awaitable", "child"]


def test_scopes_and_deadlines_of_kont_reach_what_is_awaited(on):
    log = []

    async def program():
        try:
            async with kont.timeout(0.01):
                async with kont.scope() as s:
                    await s.spawn(on.sleep(60))
                    await on.sleep(60)
        except TimeoutError:
            log.append("late")
        try:
            async with kont.timeout(0.01):
                async with kont.shield():
                    await on.sleep(0.03)
                    log.append("shielded")
                await on.sleep(60)
        except TimeoutError:
            log.append("late")
        async with kont.scope() as s:
            await s.spawn(on.sleep(0.01))
        return "done"

    async def main():
        return await kont.run_async(program())

    assert on.run(main) == "done"
    assert log == ["late", "shielded", "late"]


def test_a_shield_keeps_a_cancellation_from_outside_back(on):
    log, begun = [], []

    async def program():
        await kont.Spawn(on.sleep(0))
        async with kont.shield():
            begun.append(True)
            await kont.Sleep(0.02)
            log.append("kept")
        await kont.Sleep(60)
        log.append("not reached")

    async def main():
        return await on.start_and_cancel(lambda: kont.run_async(program()), begun)

    assert on.run(main) == "cancelled"
    assert log == ["kept"]


def test_a_promise_that_a_thread_completes(on):
    async def program():
        promise = await kont.CreateExternalPromise()
        threading.Timer(0.01, promise.complete, ("from a thread",)).start()
        return await promise

    async def main():
        return await on.together(lambda: kont.run_async(program()), lambda: kont.run_async(program()))

    assert on.run(main) == ["from a thread"] * 2


def test_a_call_that_blocks_goes_to_a_thread(on):
    name = contextvars.ContextVar("name")
    free = threading.Event()

    def blocks(value, *, fails=False):
        assert free.wait(60)
        if fails:
            raise LookupError(value)
        return value, name.get(), threading.get_ident()

    async def frees():
        await on.sleep(0.001)
        free.set()

    async def program():
        name.set("here")
        task = await kont.Spawn(frees())
        value, seen, thread = await kont.Thread().call(blocks, 1)
        await task
        with pytest.raises(LookupError):
            await kont.Thread().call(blocks, 2, fails=True)
        free.clear()
        with pytest.raises(TimeoutError):
            async with kont.timeout(0.01):
                await kont.Thread().call(blocks, 3)
        free.set()
        return value, seen, thread != threading.get_ident()

    async def main():
        return await kont.run_async(program())

    assert on.run(main) == (1, "here", True)


def test_a_run_inside_a_run(on):
    async def inner(n):
        await on.sleep(0.001)
        return await Ask(f"{n}"), await (await kont.Spawn(leaf()))

    async def leaf():
        await on.sleep(0)
        return "leaf"

    async def middle(n):
        return await kont.run_async(inner(n), upper)

    async def program():
        alone = await kont.run_async(inner("x"), upper)
        tasks = [await kont.Spawn(middle(n)) for n in "yz"]
        return [alone, *await kont.Gather(*tasks)]

    async def main():
        return await kont.run_async(program())

    assert on.run(main) == [("X", "leaf"), ("Y", "leaf"), ("Z", "leaf")]


def test_run_on_a_running_loop_needs_no_loop_or_says_what_to_use(on):
    async def awaits():
        await kont.Await(on.sleep(0))

    async def asks():
        return await Ask("a")

    async def main():
        assert kont.run(asks(), upper) == "A"
        with pytest.raises(kont.UsageError, match="run_async"):
            kont.run(awaits())

    on.run(main)


def test_context_variables_of_tasks(on):
    name = contextvars.ContextVar("name")

    async def child(n):
        name.set(n)
        await on.sleep(0.001)
        return name.get(), await Ask("")

    @kont.handler(Ask)
    def named(effect):
        return name.get()

    async def program():
        tasks = [await kont.Spawn(child(n)) for n in "ab"]
        return [*await kont.Gather(*tasks), name.get()]

    async def main():
        name.set("main")
        return await kont.run_async(program(), named)

    assert on.run(main) == [("a", "a"), ("b", "b"), "main"]


def test_tools_run_and_sandboxed_programs_call_them(on):
    @kont.tool
    async def slow(n: int) -> int:
        await on.sleep(0.001)
        return n + 1

    async def program():
        return await slow.call(1)

    async def main():
        return await kont.run_async(program())

    assert on.run(main) == 2


def test_seeds_and_virtual_time(on):
    log = []

    async def child(n):
        await kont.Sleep(60 * (n + 1))
        log.append(n)

    async def program():
        async with kont.scope() as s:
            for n in range(3):
                await s.spawn(child(n))
        return len(log)

    async def main():
        return await kont.run_async(program(), virtual_time=True, seed=3)

    assert on.run(main) == 3
    assert log == [0, 1, 2]


def test_nothing_is_left_of_a_run(on):
    async def child():
        await on.sleep(0)
        return await Ask("a")

    async def program():
        await on.sleep(0)
        task = await kont.Spawn(child())
        return await task

    async def one():
        @kont.handler(Ask)
        def answered(effect):
            return effect.key

        assert await kont.run_async(program(), answered) == "a"
        return weakref.ref(answered.function)

    async def main():
        return [await one() for _ in range(10)]

    kept = on.run(main)
    gc.collect()
    assert [ref() for ref in kept] == [None] * 10
