"""What tasks share: locks, semaphores, events and channels."""

import pytest

import kont


def virtual(program):
    return kont.run(program, virtual_time=True)


def holds(lock, log):
    """Makes programs that take a lock, say so, and keep it for a while."""

    async def child(name):
        async with lock:
            log.append(name)
            await kont.Sleep(1)

    return child


def test_a_lock_is_handed_on_in_the_order_of_coming():
    lock, log = kont.Lock(), []
    child = holds(lock, log)

    async def program():
        await kont.Gather(*[await kont.Spawn(child(name)) for name in "abc"])

    virtual(program())
    virtual(program())
    assert log == list("abcabc")


def test_a_cancelled_waiter_never_eats_a_permit():
    lock, log = kont.Lock(), []
    child = holds(lock, log)

    async def program():
        tasks = [await kont.Spawn(child(name)) for name in "abc"]
        await kont.Yield()
        await kont.Cancel(tasks[1])
        await tasks[2]

    virtual(program())
    assert log == ["a", "c"]


def test_a_lock_is_released_when_its_holder_is_cancelled():
    lock = kont.Lock()

    async def holder():
        async with lock:
            await kont.Sleep(60)

    async def program():
        task = await kont.Spawn(holder())
        await kont.Yield()
        await kont.Cancel(task)
        async with lock:
            return "free"

    assert virtual(program()) == "free"


def test_a_lock_is_taken_once_and_released_by_its_holder():
    lock = kont.Lock()

    async def program():
        with pytest.raises(kont.UsageError, match="not held"):
            await lock.release()
        async with lock:
            with pytest.raises(kont.UsageError, match="holds this lock already"):
                await lock.acquire()

    kont.run(program())


def test_a_semaphore_lets_so_many_in():
    semaphore, inside, most = kont.Semaphore(2), 0, 0

    async def child():
        nonlocal inside, most
        async with semaphore:
            inside += 1
            most = max(most, inside)
            await kont.Sleep(1)
            inside -= 1

    async def program():
        await kont.Gather(*[await kont.Spawn(child()) for _ in range(5)])

    virtual(program())
    assert (inside, most) == (0, 2)
    with pytest.raises(kont.UsageError, match="at least one permit"):
        kont.Semaphore(0)


def test_an_event_lets_all_go_on():
    event, log = kont.Event(), []

    async def child(name):
        await event.wait()
        log.append(name)

    async def program():
        tasks = [await kont.Spawn(child(name)) for name in "ab"]
        await kont.Yield()
        await event.set()
        await kont.Gather(*tasks)
        await event.wait()
        await event.clear()
        with pytest.raises(kont.Deadlock, match="event"):
            await event.wait()

    kont.run(program())
    assert log == ["a", "b"]


def test_a_channel_holds_its_senders_back():
    channel, log = kont.Channel(1), []

    async def producer():
        for i in range(3):
            await channel.send(i)
            log.append(f"sent {i}")
        await channel.close()

    async def program():
        await kont.Spawn(producer())
        async for i in channel:
            log.append(f"got {i}")
            await kont.Yield()
        with pytest.raises(kont.ChannelClosed):
            await channel.receive()
        with pytest.raises(kont.ChannelClosed):
            await channel.send(1)

    kont.run(program())
    assert [line for line in log if line.startswith("got")] == ["got 0", "got 1", "got 2"]
    assert log.index("got 0") < log.index("sent 2")


def test_what_is_shared_belongs_to_one_run_at_a_time():
    lock = kont.Lock()

    async def other():
        async with lock:
            pass

    async def program():
        async with lock:
            with pytest.raises(kont.UsageError, match="another run"):
                kont.run(other())

    kont.run(program())
    kont.run(other())
