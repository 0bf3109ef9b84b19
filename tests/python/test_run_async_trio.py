"""What is trio's own: what of asyncio it refuses, guests, Ctrl-C."""

import asyncio
import subprocess
import sys

import pytest
import trio

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


def run_async(program):
    async def main():
        return await kont.run_async(program, upper)

    return trio.run(main)


@pytest.mark.parametrize("task", [False, True])
def test_what_asyncio_waits_for_is_refused_where_it_is_awaited(task):
    loop = asyncio.new_event_loop()

    async def waits(awaitable):
        with pytest.raises(kont.UsageError, match=r"is of asyncio.*\nhelp: `asyncio\.run"):
            await awaitable
        with pytest.raises(RuntimeError, match="no running event loop"):
            await asyncio.sleep(1)
        return await Ask("goes on")

    async def program():
        future = loop.create_future()
        if not task:
            return await waits(future)
        return await (await kont.Spawn(waits(future)))

    assert run_async(program()) == "GOES ON"
    loop.close()


def test_functions_of_trio_need_trio():
    async def program():
        with pytest.raises(RuntimeError, match="async context"):
            await trio.sleep(1)
        return "goes on"

    assert kont.run(program()) == "goes on"
    assert asyncio.run(kont.run_async(program())) == "goes on"


def test_each_task_has_a_task_of_trio():
    async def child():
        one = trio.lowlevel.current_task()
        await trio.sleep(0)
        two = trio.lowlevel.current_task()
        await kont.Yield()
        assert one is two is trio.lowlevel.current_task()
        return one

    async def program():
        before = trio.lowlevel.current_task()
        tasks = await kont.Gather(await kont.Spawn(child()), await kont.Spawn(child()))
        assert before is trio.lowlevel.current_task()
        return before, *tasks

    assert len(set(run_async(program()))) == 3


def test_a_nursery_of_the_program_and_one_task_that_wakes_another():
    log = []

    async def waits(event):
        await event.wait()
        log.append(await Ask("woken"))

    async def program():
        event = trio.Event()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep, 0.001)
            task = await kont.Spawn(waits(event))
            await kont.Yield()
            log.append("sets")
            event.set()
            await task
        return "done"

    assert run_async(program()) == "done"
    assert log == ["sets", "WOKEN"]


def test_trio_as_a_guest_of_asyncio():
    async def program():
        task = await kont.Spawn(trio.sleep(0.001))
        await task
        return await Ask("guest")

    async def main():
        return await kont.run_async(program(), upper)

    async def host():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        trio.lowlevel.start_guest_run(
            main, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done.set_result
        )
        return (await done).unwrap()

    assert asyncio.run(host()) == "GUEST"


def test_programs_of_many_tasks():
    async def child(n):
        await trio.sleep(0)
        return n

    async def program():
        tasks = [await kont.Spawn(child(n)) for n in range(300)]
        values = await kont.Gather(*tasks)
        # Those of tasks that have ended are gone.
        assert trio.lowlevel.current_statistics().tasks_living < 50
        return values

    assert run_async(program()) == list(range(300))


CTRL_C = """
import os, signal, threading
import kont, trio

signal.signal(signal.SIGINT, signal.default_int_handler)

async def program():
    if {tasks}:
        await kont.Spawn(kont.Sleep(60))
    try:
        # From in here: before, there is nothing to clean up.
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        await {wait}
    except BaseException as error:
        print(type(error).__name__)
        raise
    finally:
        await kont.Sleep(0.001)
        print("end")

async def main():
    await kont.run_async(program())

try:
    trio.run(main)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("tasks", [False, True])
@pytest.mark.parametrize("wait", ["trio.sleep(60)", "kont.Sleep(60)"])
def test_ctrl_c_while_a_program_waits(tasks, wait):
    source = CTRL_C.format(tasks=tasks, wait=wait)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["KeyboardInterrupt", "end", "stopped"], done.stderr
