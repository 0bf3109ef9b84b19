"""Scopes: no task outlives the block in which it was spawned."""

import asyncio

import pytest

import kont


def virtual(program, *handlers):
    return kont.run(program, *handlers, virtual_time=True)


async def after(seconds, value, log):
    try:
        await kont.Sleep(seconds)
    except kont.Cancelled:
        log.append(f"{value} cancelled")
        raise
    log.append(value)


async def fails(seconds, error):
    await kont.Sleep(seconds)
    raise error


def test_a_scope_waits_for_its_tasks():
    log = []

    async def program():
        async with kont.scope() as s:
            await s.spawn(after(2, "two", log))
            await kont.Spawn(after(1, "one", log))
            log.append("body")
        log.append("left")
        return "value"

    assert virtual(program()) == "value"
    assert log == ["body", "one", "two", "left"]


def test_the_first_error_cancels_the_others_and_is_raised_after_all_have_ended():
    log = []

    async def program():
        try:
            async with kont.scope() as s:
                await s.spawn(after(60, "slow", log))
                await s.spawn(fails(1, KeyError("child")))
                await kont.Sleep(60)
        except KeyError:
            log.append("caught")

    virtual(program())
    assert log == ["slow cancelled", "caught"]


def test_several_errors_leave_as_a_group():
    async def stubborn():
        try:
            await kont.Sleep(60)
        finally:
            raise LookupError("on the way out")

    async def program():
        async with kont.scope() as s:
            await s.spawn(stubborn())
            await s.spawn(fails(1, KeyError("child")))

    with pytest.raises(ExceptionGroup) as caught:
        virtual(program())
    assert [type(error) for error in caught.value.exceptions] == [KeyError, LookupError]


def test_an_error_of_the_block_cancels_its_tasks_and_leaves_as_it_is():
    log = []
    error = KeyError("block")

    async def program():
        async with kont.scope() as s:
            await s.spawn(after(60, "slow", log))
            await kont.Yield()
            raise error

    with pytest.raises(KeyError) as caught:
        virtual(program())
    assert caught.value is error
    assert log == ["slow cancelled"]


def test_daemons_do_not_keep_a_scope():
    log = []

    async def program():
        async with kont.scope() as s:
            await s.spawn(after(60, "daemon", log), daemon=True)
            await s.spawn(after(1, "child", log))

    virtual(program())
    assert log == ["child", "daemon cancelled"]


def test_a_deadline_cancels_and_raises():
    log = []

    async def program():
        with pytest.raises(TimeoutError):
            async with kont.timeout(5):
                await after(60, "block", log)
        async with kont.timeout(5):
            await after(1, "in time", log)

    virtual(program())
    assert log == ["block cancelled", "in time"]


def test_a_deadline_reaches_an_await():
    async def program():
        async with kont.timeout(0.01):
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        kont.run(program())
    with pytest.raises(TimeoutError):
        asyncio.run(kont.run_async(program()))


def test_a_scope_that_is_cancelled_ends_without_an_error():
    log = []

    async def program():
        async with kont.scope() as s:
            await s.spawn(after(60, "child", log))
            await kont.Yield()
            await s.cancel()
            await kont.Sleep(60)
            log.append("never")
        return "went on"

    assert virtual(program()) == "went on"
    assert log == ["child cancelled"]


def test_a_shield_holds_a_cancellation_back():
    log = []

    async def child():
        async with kont.shield():
            await after(2, "shielded", log)
        await after(2, "open", log)

    async def program():
        task = await kont.Spawn(child())
        await kont.Yield()
        await kont.Cancel(task)
        with pytest.raises(kont.Cancelled):
            await task

    virtual(program())
    assert log == ["shielded", "open cancelled"]


def test_a_task_may_spawn_in_a_scope_outside_of_its_own():
    log = []

    async def program():
        async with kont.scope() as outer:
            async with kont.scope() as inner:
                await inner.spawn(after(1, "inner", log))
                await outer.spawn(after(3, "outer", log))
            log.append("left inner")
        log.append("left outer")
        with pytest.raises(kont.UsageError):
            await outer.spawn(after(1, "late", log))

    virtual(program())
    assert log == ["inner", "left inner", "outer", "left outer"]


def test_scopes_of_generators():
    log = []

    @kont.do
    def body():
        yield kont.Spawn(after(1, "child", log))
        return "value"

    @kont.do
    def program():
        value = yield kont.Scope(body())
        log.append("left")
        return value

    assert virtual(program()) == "value"
    assert log == ["child", "left"]


def test_handlers_inside_and_outside_of_a_scope_are_seen():
    class Ask(kont.Effect[str]):
        key: str

    @kont.handler(Ask)
    def upper(effect):
        return effect.key.upper()

    async def child():
        return await Ask("child")

    async def inside():
        async with kont.scope() as s:
            return await Ask("body"), await (await s.spawn(child()))

    async def program():
        return await upper(inside())

    assert kont.run(program()) == ("BODY", "CHILD")


def test_a_program_that_is_dropped_in_a_scope_is_unwound():
    log = []

    class Stop(kont.Effect[None]):
        pass

    @kont.handler(Stop)
    def stop(effect, k):
        return "stopped"

    async def program():
        try:
            async with kont.scope() as s:
                await s.spawn(after(60, "child", log))
                await kont.Yield()
                await Stop()
        finally:
            log.append("unwound")

    assert virtual(program(), stop) == "stopped"
    assert log == ["child cancelled", "unwound"]


def test_scopes_in_run_async():
    log = []

    async def program():
        async with kont.scope() as s:
            await s.spawn(after(0.5, "slow", log))
            await s.spawn(after(0.01, "fast", log))

    asyncio.run(kont.run_async(program()))
    assert log == ["fast", "slow"]
