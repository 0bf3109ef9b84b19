"""Virtual time: one clock for all tasks of a run, whether `run` or a handler makes it virtual."""

import asyncio
import threading

import pytest

import kont
from kont.std import Ask, Backoff, Try, cache, reader, retry, retrying, trying, virtual_clock

HOUR = 3600.0


async def clock():
    return await kont.Now(), await kont.Monotonic()


def by_run(program, *handlers, **options):
    return kont.run(program, *handlers, virtual_time=True, **options)


def by_handler(program, *handlers, **options):
    return kont.run(program, *handlers, virtual_clock(), **options)


def by_run_async(program, *handlers, **options):
    return asyncio.run(kont.run_async(program, *handlers, virtual_time=True, **options))


def by_handler_on_a_loop(program, *handlers, **options):
    return asyncio.run(kont.run_async(program, *handlers, virtual_clock(), **options))


ways = pytest.mark.parametrize("run", [by_run, by_handler, by_run_async, by_handler_on_a_loop])


@ways
def test_a_sleep_takes_no_time_and_moves_the_clock(run):
    async def program():
        before = await clock()
        await kont.Sleep(HOUR)
        await kont.Sleep(-5)
        return before, await clock()

    assert run(program()) == ((0.0, 0.0), (HOUR, HOUR))


@ways
def test_tasks_sleep_side_by_side(run):
    log = []

    async def nap(name, seconds):
        await kont.Sleep(seconds)
        log.append((name, await kont.Now()))

    async def program():
        async with kont.scope() as scope:
            for name, seconds in (("c", 3 * HOUR), ("a", HOUR), ("b", 2 * HOUR)):
                await scope.spawn(nap(name, seconds))
        return await kont.Monotonic()

    assert run(program()) == 3 * HOUR
    assert log == [("a", HOUR), ("b", 2 * HOUR), ("c", 3 * HOUR)]


@ways
def test_timeouts_end_what_does_not_sleep_too(run):
    async def program():
        event = kont.Event()
        with pytest.raises(TimeoutError):
            async with kont.timeout(HOUR):
                await event.wait()
        outcome = await Try(kont.Scope(event.wait(), timeout=HOUR))
        return outcome.error, await clock()

    error, time = run(program(), trying)
    assert isinstance(error, TimeoutError)
    assert time == (2 * HOUR, 2 * HOUR)


@ways
def test_retries_and_caches_go_by_it(run):
    class Fetch(kont.Effect[float]):
        pass

    left = [OSError("down"), OSError("down")]

    @kont.handler(Fetch)
    def flaky(effect):
        if left:
            raise left.pop()
        return (yield kont.Now())

    async def program():
        first = await Fetch()
        await kont.Sleep(9 * HOUR)
        kept = await Fetch()
        await kont.Sleep(HOUR)
        return first, kept, await Fetch()

    handlers = cache(Fetch, ttl_s=10 * HOUR), retrying(Fetch, backoff=Backoff(HOUR, longest_s=5 * HOUR)), flaky
    assert run(program(), *handlers) == (3 * HOUR, 3 * HOUR, 13 * HOUR)


@ways
def test_time_waits_for_what_comes_from_outside(run):
    async def program():
        promise = await kont.CreateExternalPromise()
        sleeper = await kont.Spawn(kont.Sleep(HOUR))
        threading.Timer(0.01, promise.complete, ["from a thread"]).start()
        value, then = await promise, await kont.Now()
        await sleeper
        return value, then, await kont.Now()

    assert run(program()) == ("from a thread", 0.0, HOUR)


@ways
def test_what_is_awaited_outside_takes_its_own_time(run):
    async def program():
        sleeper = await kont.Spawn(kont.Sleep(HOUR))
        await asyncio.sleep(0)
        then = await kont.Now()
        await sleeper
        return then

    assert run(program()) == 0.0


def test_a_clock_begins_where_it_is_told_to():
    async def program():
        await kont.Sleep(1)
        return await clock()

    assert kont.run(program(), virtual_clock(start_s=1000.0)) == (1001.0, 1.0)
    # There is one clock, and two ways to look at it.
    inside = virtual_clock(start_s=1000.0)
    assert kont.run(inside(program()), virtual_clock(start_s=5.0)) == (1001.0, 1.0)
    assert kont.run(program(), virtual_clock(start_s=1000.0), virtual_time=True) == (1001.0, 1.0)


def test_a_clock_is_of_its_run():
    shared = virtual_clock()

    async def program():
        await kont.Sleep(HOUR)
        return await kont.Now()

    assert [kont.run(program(), shared) for _ in range(2)] == [HOUR, HOUR]


def test_time_becomes_virtual_where_the_handler_is_first_asked():
    async def program():
        started = await kont.Spawn(kont.Sleep(0.001))
        before = await kont.Now()
        inside = await virtual_clock(start_s=50.0)(clock())
        # Every task of the run is in virtual time then.
        await kont.Sleep(HOUR)
        await started
        return before > 10**9, inside, await virtual_clock()(clock())

    was_real, inside, (now, passed) = kont.run(program())
    assert was_real
    assert inside == (50.0, 0.0)
    assert now == passed == HOUR


def test_a_handler_of_ones_own_comes_before_the_clock():
    @kont.handler(kont.Now)
    def fixed(effect):
        return 7.0

    assert kont.run(clock(), fixed, virtual_time=True) == (7.0, 0.0)
    assert kont.run(clock(), fixed, virtual_clock()) == (7.0, 0.0)
    assert kont.run(virtual_clock(start_s=1.0)(clock()), fixed) == (1.0, 0.0)


def test_observers_see_times_that_are_asked_for():
    seen = []

    @kont.observer(kont.Now, kont.Sleep)
    def note(effect):
        seen.append(effect)

    async def program():
        await kont.Sleep(1)
        await kont.Now()

    kont.run(program(), note, virtual_time=True)
    assert seen == [kont.Sleep(1), kont.Now()]


def test_real_time_is_real():
    now, passed = kont.run(clock())
    assert now > 10**9
    assert passed >= 0


# Retry: by result, by predicate, until a deadline.


def attempts(outcomes, log):
    outcomes = iter(outcomes)

    @kont.do
    def once():
        log.append((yield kont.Monotonic()))
        outcome = next(outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return once


@ways
def test_what_is_not_good_is_tried_again(run):
    log = []
    program = retry(attempts(["no", OSError(), "no", "yes"], log), times=9, until=lambda v: v == "yes", backoff=Backoff(1, 2))
    assert run(program) == "yes"
    assert log == [0.0, 1.0, 3.0, 7.0]


def test_the_last_value_is_given_if_none_is_good():
    log = []
    assert by_run(retry(attempts([1, 2, 3], log), until=lambda value: value > 9)) == 3
    assert len(log) == 3


def test_a_predicate_says_which_exceptions_are_worth_it():
    log = []
    errors = [OSError(1), OSError(2), OSError(1)]
    program = retry(attempts(errors, log), on=lambda error: error.args == (1,))
    assert by_run(Try(program), trying).error is errors[1]
    assert len(log) == 2


def test_no_attempt_begins_after_the_deadline():
    log = []
    program = retry(attempts([OSError(number) for number in range(99)], log), times=None, backoff=Backoff(2, 1), deadline_s=7)
    assert by_run(Try(program), trying).error.args == (3,)
    assert log == [0.0, 2.0, 4.0, 6.0]
    log.clear()
    unready = retry(attempts(range(99), log), times=None, backoff=Backoff(2, 1), deadline_s=4, until=lambda value: False)
    assert by_run(unready) == 2
    assert log == [0.0, 2.0, 4.0]


def test_cancelled_is_not_tried_again():
    log = []

    @kont.do
    def once():
        log.append("began")
        yield kont.Sleep(HOUR)

    async def program():
        task = await kont.Spawn(retry(once))
        await kont.Sleep(1)
        await kont.Cancel(task)
        await kont.Sleep(9 * HOUR)

    by_run(program())
    assert log == ["began"]


def test_a_timeout_of_one_attempt_is_tried_again():
    log = []

    async def once():
        log.append(await kont.Monotonic())
        async with kont.timeout(10):
            await kont.Sleep(HOUR if len(log) < 3 else 1)
        return "done"

    assert by_run(retry(once, on=TimeoutError, backoff=Backoff(1, 1))) == "done"
    assert log == [0.0, 11.0, 22.0]


def test_retrying_an_effect_by_its_answer():
    class Ready(kont.Effect[bool]):
        pass

    answers = [False, False, True]

    @kont.handler(Ready)
    def pops(effect):
        return answers.pop(0)

    assert by_run(Ready(), retrying(Ready, until=bool), pops) is True
    assert answers == []


def test_retries_that_make_no_sense_are_refused():
    for wrong in ({"times": None}, {"times": 0}, {"deadline_s": -1}, {"on": KeyboardInterrupt}, {"on": "error"}):
        with pytest.raises(kont.UsageError):
            retry(lambda: Ask("a"), **wrong)
        with pytest.raises(kont.UsageError):
            retrying(Ask, **wrong)
    assert by_run(retry(lambda: Ask("a")), reader({"a": 1})) == 1
