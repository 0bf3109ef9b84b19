"""Several runs in several threads, and objects in the hands of the wrong one: they work or say so, and nothing hangs."""

import asyncio
import contextvars
import gc
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import kont
from kont.std import Get, Put, state

THREADS = 8


class Ask(kont.Effect[int]):
    pass


class Keep(kont.Effect[None]):
    pass


# One effect object, performed by all runs at once.
NAP = kont.Sleep(0)
TURN = kont.Yield()


def in_threads(function, count=THREADS):
    """Calls a function with 0, 1, .. in as many threads, which begin together; gives what they returned."""
    barrier = threading.Barrier(count)

    def begin(number):
        barrier.wait()
        return function(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def answering(number):
    @kont.handler(Ask)
    def plain(effect):
        return number

    @kont.handler(Ask)
    def full(effect, k):
        answer = yield kont.Delegate()
        return (yield kont.Resume(k, answer))

    return full, plain


def test_runs_in_many_threads_do_not_know_of_one_another():
    @kont.do
    def counting(turns):
        total = 0
        for _ in range(turns):
            total += yield Ask()
            yield Put("n", (yield Get("n")) + 1)
        return total, (yield Get("n"))

    def run(number):
        return [kont.run(counting(200), *answering(number), state({"n": 0})) for _ in range(10)]

    assert in_threads(run) == [[(200 * number, 200)] * 10 for number in range(THREADS)]


def test_one_effect_is_on_its_way_in_many_runs_at_once():
    @kont.handler(lambda effect: time.sleep(0) is not None)
    def slow_to_decline(effect):
        return None

    async def worker(number, log):
        for _ in range(20):
            await TURN
            await NAP
        log.append(number)

    async def program(number):
        log = []
        async with kont.scope() as outer:
            async with kont.scope() as inner:
                for each in range(3):
                    await inner.spawn(worker(number, log))
                    await outer.spawn(worker(number, log))
                    await TURN
            await NAP
        return log

    def run(number):
        return [kont.run(program(number), slow_to_decline) for _ in range(5)]

    assert in_threads(run) == [[[number] * 6] * 5 for number in range(THREADS)]


def test_handlers_and_programs_are_shared_by_threads():
    @kont.do
    def shared():
        answers = []
        for _ in range(100):
            answers.append((yield Ask()))
        return answers

    program, (full, plain) = shared(), answering(7)
    assert in_threads(lambda _: kont.run(program, full, plain)) == [[7] * 100] * THREADS


def test_each_run_has_an_event_loop_of_its_own():
    async def program():
        await asyncio.sleep(0.001)
        return asyncio.get_running_loop()

    def run(_):
        # The objects stay: a loop that is gone would leave its address to the next one.
        return [kont.run(program()) for _ in range(3)]

    loops = in_threads(run)
    assert len({id(loop) for found in loops for loop in found}) == 3 * THREADS


def test_context_variables_of_threads_are_their_own():
    number_of = contextvars.ContextVar("number_of")

    async def child():
        before = number_of.get()
        number_of.set(None)
        await kont.Yield()
        return before

    async def program():
        tasks = [await kont.Spawn(child()) for _ in range(10)]
        return await kont.Gather(*tasks), number_of.get()

    def run(number):
        number_of.set(number)
        return kont.run(program())

    assert in_threads(run) == [([number] * 10, number) for number in range(THREADS)]


def test_external_promises_are_completed_from_many_threads():
    async def program():
        promises = [await kont.CreateExternalPromise() for _ in range(200)]
        refused = queue.Queue()

        def complete(number):
            for at, promise in enumerate(promises):
                try:
                    promise.complete((at, number))
                except kont.UsageError:
                    refused.put(at)

        threads = [threading.Thread(target=complete, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        answers = await kont.Gather(*promises)
        for thread in threads:
            thread.join()
        return [at for at, _ in answers], refused.qsize()

    assert kont.run(program()) == (list(range(200)), 200 * (THREADS - 1))
    # On a loop of asyncio, too, whose thread is told.
    assert asyncio.run(kont.run_async(program())) == (list(range(200)), 200 * (THREADS - 1))


def test_external_promises_end_waits_while_other_things_are_awaited():
    async def beside():
        await asyncio.sleep(30)

    async def program():
        waits = await kont.Spawn(beside())
        promise = await kont.CreateExternalPromise()
        threading.Timer(0.05, promise.fail, (LookupError("from a thread"),)).start()
        try:
            await promise
        except LookupError as error:
            await kont.Cancel(waits)
            return str(error)

    assert kont.run(program()) == "from a thread"


def test_a_promise_outlives_its_run_in_another_thread():
    async def program():
        return await kont.CreateExternalPromise()

    promise = kont.run(program())
    in_threads(lambda _: threading.current_thread().name, 2)
    with ThreadPoolExecutor(1) as pool:
        # Nobody waits for it any more: that is no error of the one who completes it.
        pool.submit(promise.complete, 1).result()
        with pytest.raises(kont.UsageError, match="completed before"):
            pool.submit(promise.complete, 2).result()


def kept_elsewhere(use):
    """What comes of a continuation that another thread uses, while its run goes on and after it."""
    results = []
    boxes = []

    @kont.handler(Keep)
    def keeping(effect, k):
        boxes.append(k)

    @kont.do
    def waits():
        yield Keep()
        return "its own run went on with it"

    @kont.do
    def program():
        yield keeping(waits())
        (k,) = boxes
        with ThreadPoolExecutor(1) as pool:
            try:
                results.append(pool.submit(use, k).result())
            except BaseException as error:
                results.append(error)
        return (yield kont.Resume(k))

    results.append(kont.run(program()))
    return results


def test_a_continuation_belongs_to_its_run_in_every_thread():
    def resume(k):
        @kont.do
        def program():
            return (yield kont.Resume(k))

        return kont.run(program())

    error, value = kept_elsewhere(resume)
    assert isinstance(error, kont.ForeignContinuationError)
    assert value == "its own run went on with it"
    shown, value = kept_elsewhere(lambda k: (repr(k), k.used))
    assert shown == ("<kont.K of Keep()>", False)


def test_one_of_many_threads_calls_a_continuation():
    def call(k):
        def one(_):
            try:
                return k("answer") is k
            except kont.ContinuationUsedError:
                return False

        return sum(in_threads(one))

    called, value = kept_elsewhere(call)
    assert called == 1
    assert isinstance(value, str)


def test_continuations_are_dropped_in_another_thread():
    ended = []

    @kont.handler(Keep)
    def keeping(effect, k):
        return [k]

    @kont.do
    def waits():
        try:
            yield Keep()
        finally:
            ended.append(threading.current_thread().name)

    @kont.do
    def program():
        # Each dies in another thread, while the run goes on.
        with ThreadPoolExecutor(THREADS, "dropping") as pool:
            for _ in range(100):
                kept = yield keeping(waits())
                pool.submit(kept.clear)
        yield kont.Pure(None)

    kont.run(program())
    gc.collect()
    assert len(ended) == 100


@pytest.mark.parametrize(
    "effect_of",
    [
        lambda task, lock, channel: kont.Wait(task),
        lambda task, lock, channel: kont.Cancel(task),
        lambda task, lock, channel: lock.acquire(),
        lambda task, lock, channel: channel.send(1),
        lambda task, lock, channel: channel.receive(),
    ],
    ids=["wait", "cancel", "acquire", "send", "receive"],
)
def test_what_tasks_share_belongs_to_one_run(effect_of):
    async def sleeper():
        await kont.Sleep(60)

    async def other(effect):
        return await effect

    async def program():
        lock, channel = kont.Lock(), kont.Channel(1)
        task = await kont.Spawn(sleeper(), daemon=True)
        await lock.acquire()
        await channel.send(0)
        with ThreadPoolExecutor(1) as pool, pytest.raises(kont.UsageError, match="belongs to another run"):
            pool.submit(kont.run, other(effect_of(task, lock, channel))).result(timeout=30)

    kont.run(program(), virtual_time=True)


def test_other_threads_run_while_a_program_waits():
    for waiting in (kont.Sleep(0.3), both(), awaited()):
        begun, turns = threading.Event(), []

        def count(begun=begun, turns=turns):
            begun.set()
            while not done.is_set():
                turns.append(None)
                time.sleep(0.001)

        done = threading.Event()
        thread = threading.Thread(target=count)
        thread.start()
        begun.wait()
        before = len(turns)
        kont.run(waiting)
        after = len(turns)
        done.set()
        thread.join()
        # A wait that held the interpreter would have left no turn to anybody.
        assert after - before > 1


async def both():
    await kont.Gather(await kont.Spawn(kont.Sleep(0.3)))


async def awaited():
    await asyncio.sleep(0.3)


def test_a_program_in_a_coroutine_of_many_threads():
    async def several(number):
        runs = [kont.run_async(counting(), *answering(number)) for _ in range(10)]
        return await asyncio.gather(*runs)

    @kont.do
    def counting():
        total = 0
        for _ in range(20):
            total += yield Ask()
            yield kont.Sleep(0)
        return total

    assert in_threads(lambda number: asyncio.run(several(number))) == [[20 * number] * 10 for number in range(THREADS)]


def test_one_program_that_is_driven_by_two_threads():
    async def program():
        with ThreadPoolExecutor(1) as pool:
            return await kont.Pure(pool.submit(drive.send, None).exception())

    drive = kont._kont.Drive(program())
    assert drive.send(None) is None
    error = drive.result()
    assert isinstance(error, kont.UsageError) and "this program runs already" in str(error)


def test_sandboxes_in_many_threads():
    def run(number):
        box = kont.Sandbox(f"total = 0\nfor i in range(2000): total += ask()\ntotal * {number}", tools=["ask"])
        turn = box.advance()
        while not turn.done:
            box.answer(turn.pending[0].id, 1)
            turn = box.advance()
        return turn.value

    assert in_threads(run, 4) == [2000 * number for number in range(4)]


def test_one_sandbox_in_the_hands_of_many_threads():
    box = kont.Sandbox("[ask() for _ in range(300)]", tools=["ask"])
    turn = box.advance()
    while not turn.done:
        (request,) = turn.pending

        def answer(number, id=request.id):
            try:
                box.answer(id, number)
            except kont.UsageError:
                return 0
            return 1

        # One of them answers; the others are told that it was answered.
        assert sum(in_threads(answer, 3)) == 1
        turn = box.advance()
    assert len(turn.value) == 300 and set(turn.value) <= {0, 1, 2}


def test_a_sandbox_is_looked_at_while_another_thread_computes_with_it():
    box = kont.Sandbox("total = 0\nfor i in range(100_000): total += i\ntotal", limits=kont.Limits(steps=10**9, compute_s=300))
    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(box.advance)
        while True:
            assert box.pending == ()
            if computing.done():
                break
        assert computing.result().value == sum(range(100_000))


def test_tools_in_worker_processes_are_called_by_many_threads(tmp_path, monkeypatch):
    (tmp_path / "threaded_tools.py").write_text(
        "import kont\n@kont.tool(where=kont.Process())\ndef double(n: int) -> int:\n    return 2 * n\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from threaded_tools import double

    def run(number):
        return [kont.run(double.call(number + each)) for each in range(3)]

    # Each gets its own answers, and nobody waits for one that another has taken.
    assert in_threads(run, 4) == [[2 * (number + each) for each in range(3)] for number in range(4)]


def test_a_tool_calls_another_one_in_a_worker_process(tmp_path, monkeypatch):
    (tmp_path / "nested_tools.py").write_text(
        "import kont\n@kont.tool(where=kont.Process())\ndef double(n: int) -> int:\n    return 2 * n\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    from nested_tools import double

    @kont.tool
    def doubled_inside(n: int) -> int:
        return kont.run(double.call(n))

    box = kont.Sandbox("double(1) + doubled_inside(20)", tools=[double, doubled_inside])
    assert box.run() == 42
