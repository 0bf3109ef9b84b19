"""Sandboxes in processes of their own: what a crash, a kill, a hang and Ctrl-C do, and what is left of them: nothing."""

import asyncio
import gc
import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import kont

if not os.path.isdir("/proc/self"):
    pytest.skip("looks for processes in /proc", allow_module_level=True)

HERE = kont.Process()
WAITS = "total = 0\nfor n in range(3):\n    total += ask(n)\ntotal"


def box(source, *tools, **options):
    return kont.Sandbox(source, tools=tools or ("ask",), capture=True, where=HERE, **options)


def lives(pid):
    """Whether a process is there, and is more than what its parent has not yet looked at."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(*pids):
    until = time.monotonic() + 60
    while any(map(lives, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(lives, pids))


def test_it_is_another_process_which_ends_with_the_sandbox():
    program = box("1 + 1")
    pid = program._run.pid
    assert pid != os.getpid() and lives(pid)
    assert program.run() == 2
    del program
    gc.collect()
    assert gone(pid)


def test_closed():
    with box("ask(1)") as program:
        pid = program._run.pid
        program.advance()
    assert gone(pid)
    for use in (program.advance, program.dump, lambda: program.answer(1, 2)):
        with pytest.raises(kont.UsageError, match="closed"):
            use()
    program.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_process_that_dies_is_an_error_of_the_program_and_what_was_dumped_is_not_lost(number):
    program = box("print('before')\n" + WAITS)
    program.advance()
    program.answer(1, 10)
    program.advance()
    saved = program.dump()
    program.answer(2, 20)
    os.kill(program._run.pid, number)
    with pytest.raises(kont.WorkerKilled, match=signal.Signals(number).name) as caught:
        program.advance()
    assert "dump" in str(caught.value)
    assert program.stdout == "before\n"
    # It stays so, whatever is asked.
    for use in (program.advance, program.dump, lambda: program.answer(2, 1), lambda: program.pending):
        with pytest.raises(kont.WorkerKilled, match="gone"):
            use()
    # The other place may go on with it, and so may another process.
    for where in (None, HERE):
        again = kont.Sandbox.load(saved, tools=["ask"], where=where)
        again.answer(2, 20)
        again.advance()
        again.answer(3, 30)
        assert again.advance().value == 60


def test_a_process_that_dies_while_it_computes():
    program = box("while True: pass")
    threading.Timer(0.3, os.kill, (program._run.pid, signal.SIGKILL)).start()
    with pytest.raises(kont.WorkerKilled, match="SIGKILL"):
        program.run()


def test_the_end_of_memory_ends_the_process_only():
    program = box("ask(1)\nx = [0] * 300_000_000\nlen(x)", limits=kont.Limits(memory_bytes=1 << 40, steps=1 << 50))
    program.advance()
    resource.prlimit(program._run.pid, resource.RLIMIT_AS, (1 << 30, 1 << 30))
    program.answer(1, None)
    with pytest.raises(kont.WorkerKilled, match="memory allocation"):
        program.advance()


def test_a_process_that_hangs_is_killed():
    program = box("ask(1)", limits=kont.Limits(compute_s=0.0))
    pid = program._run.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(kont.WorkerKilled, match="killed after"):
        program.advance()
    assert gone(pid)


def test_ctrl_c_stops_the_host_and_the_program_can_go_on():
    program = box("n = 0\nwhile n < 300_000_000: n += 1\nn")
    interrupt = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        program.advance()
    interrupt.join()
    assert lives(program._run.pid)
    # It waits in the middle of its loop.
    with pytest.raises(kont.UsageError, match="does not wait"):
        program.dump()


def test_ctrl_c_does_not_wait_for_a_process_that_hangs():
    program = box("ask(1)")
    pid = program._run.pid
    os.kill(pid, signal.SIGSTOP)
    interrupt = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        program.advance()
    interrupt.join()
    assert gone(pid)
    with pytest.raises(kont.WorkerKilled):
        program.advance()


def test_a_call_that_is_under_way_when_the_process_dies_is_cancelled():
    ended = []

    @kont.tool
    async def ask(n):
        try:
            if n == 0:
                os.kill(program._run.pid, signal.SIGKILL)
                return 0
            await asyncio.sleep(3600)
        finally:
            ended.append(n)

    source = """
        import asyncio
        async def main():
            return await asyncio.gather(ask(0), ask(1))
        asyncio.run(main())
    """
    program = box(textwrap.dedent(source), ask)
    with pytest.raises(kont.WorkerKilled, match="SIGKILL"):
        program.run()
    assert ended == [0, 1]


def test_other_threads_run_while_a_program_computes():
    programs = [box(f"n = 0\nwhile n < 2_000_000: n += 1\nn + {k}") for k in range(4)]
    pids = [program._run.pid for program in programs]
    values = {}
    threads = [threading.Thread(target=lambda k=k: values.update({k: programs[k].run()})) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == {k: 2_000_000 + k for k in range(4)}
    programs.clear()
    gc.collect()
    assert gone(*pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_its_host(number):
    source = """
        import kont
        program = kont.Sandbox("while True: pass", where=kont.Process())
        print(program._run.pid, flush=True)
        program.run()
    """
    host = subprocess.Popen([sys.executable, "-c", textwrap.dedent(source)], stdout=subprocess.PIPE, text=True)
    pid = int(host.stdout.readline())
    assert lives(pid)
    host.send_signal(number)
    host.wait()
    host.stdout.close()
    assert gone(pid)


def test_a_program_that_is_none_leaves_no_process():
    before = children()
    with pytest.raises(SyntaxError):
        box("x = = 1")
    with pytest.raises(kont.RefusedError):
        kont.Sandbox.load(b"nothing", where=HERE)
    assert children() == before


def children():
    """The processes whose parent is this one."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                if int(stat.read().rpartition(")")[2].split()[1]) == os.getpid():
                    found.add(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def test_places_that_are_none():
    with pytest.raises(kont.UsageError, match="Process"):
        kont.Sandbox("1", where="elsewhere")
