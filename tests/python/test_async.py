"""Programs that await other libraries, on kont's loop and on somebody else's."""

import asyncio
import subprocess
import sys
import threading

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


async def mixed():
    name = await Ask("a")
    await asyncio.sleep(0.001)
    loop = asyncio.get_running_loop()
    later = loop.create_future()
    loop.call_soon(later.set_result, "later")
    return name, await later, await Ask("b")


def test_asyncio_in_run():
    assert kont.run(mixed(), upper) == ("A", "later", "B")
    assert kont.run(mixed(), upper) == ("A", "later", "B")


def test_asyncio_in_run_async():
    assert asyncio.run(kont.run_async(mixed(), upper)) == ("A", "later", "B")


def test_programs_on_one_loop_run_side_by_side():
    order = []

    async def step(name, wait):
        await asyncio.sleep(wait)
        order.append(name)

    async def both():
        await asyncio.gather(kont.run_async(step("slow", 0.05)), kont.run_async(step("fast", 0)))

    asyncio.run(both())
    assert order == ["fast", "slow"]


def test_a_task_of_asyncio_goes_on_while_a_program_waits():
    async def other():
        await asyncio.sleep(0)
        return "other"

    async def program():
        task = asyncio.ensure_future(other())
        await asyncio.sleep(0.01)
        return task.result(), await task

    assert kont.run(program()) == ("other", "other")


def test_an_error_of_a_future_is_raised_at_its_await():
    async def fails():
        await asyncio.sleep(0)
        raise LookupError("inside")

    async def program():
        try:
            await asyncio.ensure_future(fails())
        except LookupError as error:
            return f"caught {error}"

    assert kont.run(program()) == "caught inside"
    assert asyncio.run(kont.run_async(program())) == "caught inside"


def test_awaiting_is_an_effect_that_a_handler_may_see_and_answer():
    seen = []

    @kont.observer(kont.Await)
    def watch(effect):
        seen.append(effect)

    @kont.do
    def program():
        return (yield kont.Await(asyncio.sleep(0, "slept")))

    assert kont.run(program(), watch) == "slept"
    assert len(seen) == 1

    @kont.handler(kont.Await)
    def answered(effect):
        effect.awaitable.close()
        return "answered"

    assert kont.run(program(), answered) == "answered"


def test_cancelling_the_task_reaches_the_program():
    log = []

    async def program():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def main():
        task = asyncio.ensure_future(kont.run_async(program()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == ["cancelled"]


def test_time_and_chance_are_effects():
    @kont.do
    def program():
        yield kont.Sleep(0.001)
        before = yield kont.Monotonic()
        now = yield kont.Now()
        data = yield kont.RandomBytes(4)
        return before, now, data

    before, now, data = kont.run(program())
    assert before > 0 and now > 1.7e9 and len(data) == 4

    @kont.handler(kont.Sleep, kont.Monotonic, kont.Now, kont.RandomBytes)
    def fixed(effect):
        return 7

    assert kont.run(program(), fixed) == (7, 7, 7)
    assert asyncio.run(kont.run_async(program()))[2] != data


def test_asyncio_run_inside_a_handler():
    @kont.handler(Ask)
    def sync(effect):
        return asyncio.run(asyncio.sleep(0, effect.key))

    async def program():
        return await Ask("fine")

    assert kont.run(program(), sync) == "fine"


def test_run_on_a_running_loop_says_what_to_use():
    async def program():
        await asyncio.sleep(0.01)

    async def main():
        with pytest.raises(kont.UsageError, match="run_async"):
            kont.run(program())

    asyncio.run(main())


def test_runs_in_other_threads():
    results = []
    threads = [threading.Thread(target=lambda: results.append(kont.run(mixed(), upper))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [("A", "later", "B")] * 4


def test_importing_kont_does_not_import_asyncio():
    code = "import sys, kont; kont.run(kont.Pure(1)); print('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_ctrl_c_ends_a_run():
    code = """
import kont, os, signal, threading
@kont.do
def loop():
    while True:
        yield kont.Pure(None)
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    kont.run(loop())
except KeyboardInterrupt:
    print("stopped")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
    assert done.stdout == "stopped\n", done.stderr
