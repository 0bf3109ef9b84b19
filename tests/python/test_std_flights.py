"""Caches and lazy values under tasks: what is asked for at the same time is computed once, in whatever way that ends."""

import asyncio
import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

import kont
from kont import _kont
from kont.std import (
    Ask,
    CacheDelete,
    CacheExists,
    CacheGet,
    CachePut,
    Cached,
    Err,
    Local,
    Try,
    cache,
    cached,
    memory_store,
    reader,
    trying,
)
from kont.std.flights import Flights
from kont.testing import explore


class Fetch(kont.Effect[str]):
    url: str = "/"


def server(log, seconds=1, fail=()):
    """Takes its time; fails the first times with the errors given."""
    errors = list(fail)

    @kont.handler(Fetch)
    def answering(effect):
        number = len(log)
        log.append((effect.url, (yield kont.Now())))
        yield kont.Sleep(seconds)
        if errors:
            raise errors.pop(0)
        return f"{effect.url} {number}"

    return answering


async def attempt(program):
    return await Try(program)


@kont.do
def together(*programs):
    tasks = []
    for program in programs:
        tasks.append((yield kont.Spawn(attempt(program))))
    return (yield kont.Gather(*tasks))


def virtual(program, *handlers, **options):
    outcomes = kont.run(program, *handlers, trying, virtual_time=True, **options)
    return [one.error if isinstance(one, Err) else one.value for one in outcomes]


# The same for effects that are answered from outside, for calls, and for lazy values.


def by_type(log, **failing):
    return (lambda: Fetch("/a")), [cache(Fetch), server(log, **failing)]


def by_call(log, **failing):
    @cached
    async def load():
        return await Fetch("/a")

    return load, [cache(), server(log, **failing)]


def by_mark(log, **failing):
    @cached
    class Page(Fetch):
        pass

    return (lambda: Page("/a")), [cache(), server(log, **failing)]


def lazily(log, **failing):
    return (lambda: Ask("page")), [reader({"page": Fetch("/a")}), server(log, **failing)]


ways = pytest.mark.parametrize("way", [by_type, by_call, by_mark, lazily])


@ways
def test_those_who_ask_at_the_same_time_cause_the_work_once(way):
    log = []
    ask, handlers = way(log)
    assert virtual(together(*[ask() for _ in range(5)]), *handlers) == ["/a 0"] * 5
    assert log == [("/a", 0.0)]


@ways
def test_when_it_fails_the_next_one_tries(way):
    log = []
    errors = [OSError("first"), OSError("second")]
    ask, handlers = way(log, fail=errors)
    assert virtual(together(*[ask() for _ in range(4)]), *handlers) == [*errors, "/a 2", "/a 2"]
    assert log == [("/a", 0.0), ("/a", 1.0), ("/a", 2.0)]


@ways
def test_when_it_is_cancelled_the_next_one_tries(way):
    log = []
    ask, handlers = way(log)

    async def program():
        first = await kont.Spawn(attempt(ask()))
        others = [await kont.Spawn(attempt(ask())) for _ in range(2)]
        await kont.Sleep(0.5)
        await kont.Cancel(first)
        return await kont.Gather(*others)

    assert virtual(program(), *handlers) == ["/a 1"] * 2
    assert log == [("/a", 0.0), ("/a", 0.5)]


@ways
def test_a_waiter_that_is_cancelled_holds_up_nobody(way):
    log = []
    ask, handlers = way(log, fail=[OSError("first")])

    async def program():
        tasks = [await kont.Spawn(attempt(ask())) for _ in range(4)]
        await kont.Sleep(0.5)
        await kont.Cancel(tasks[1])
        return await kont.Gather(tasks[0], *tasks[2:])

    failed, *others = virtual(program(), *handlers)
    assert isinstance(failed, OSError)
    assert others == ["/a 1"] * 2


@ways
def test_a_waiter_may_give_up_after_its_time(way):
    log = []
    ask, handlers = way(log)

    async def impatient():
        async with kont.timeout(0.25):
            return await ask()

    first, second, third = virtual(together(ask(), impatient(), ask()), *handlers)
    assert (first, third) == ("/a 0", "/a 0")
    assert isinstance(second, TimeoutError)
    assert len(log) == 1


@ways
@settings(max_examples=40, deadline=None)
@given(
    seed=some.integers(0, 2**32),
    cancelled=some.sets(some.integers(0, 5)),
    failures=some.integers(0, 3),
    waits=some.lists(some.integers(0, 3), min_size=6, max_size=6),
)
def test_nobody_is_forgotten_whoever_fails_and_is_cancelled(way, seed, cancelled, failures, waits):
    log = []
    ask, handlers = way(log, seconds=2, fail=[OSError(str(number)) for number in range(failures)])

    async def one(wait):
        await kont.Sleep(wait)
        return await Try(ask())

    async def program():
        tasks = [await kont.Spawn(one(wait)) for wait in waits]
        await kont.Sleep(1)
        for number in sorted(cancelled):
            await kont.Cancel(tasks[number])
        # Nothing is left under way: the next one is answered, after what fails has failed.
        left = await kont.Gather(*[task for number, task in enumerate(tasks) if number not in cancelled])
        for _ in range(failures):
            await Try(ask())
        return [*left, await Try(ask())]

    *left, last = virtual(program(), *handlers, seed=seed)
    assert isinstance(last, str)
    good = {one for one in left if isinstance(one, str)}
    assert len(good) <= 1 or len(cancelled) > 0
    assert len([one for one in left if isinstance(one, OSError)]) <= failures


def test_different_keys_do_not_wait_for_each_other():
    log = []
    virtual(together(Fetch("/a"), Fetch("/b")), cache(Fetch), server(log))
    assert log == [("/a", 0.0), ("/b", 0.0)]


def test_an_answer_that_is_not_kept_is_shared_all_the_same():
    log = []
    caching = cache(Fetch, keep=lambda effect, answer: False)
    assert virtual(together(Fetch(), Fetch()), caching, server(log)) == ["/ 0", "/ 0"]
    assert kont.run(Fetch(), caching, server(log), virtual_time=True) == "/ 1"


def test_a_policy_that_raises_does_so_at_each_and_holds_up_nobody():
    log = []

    def keep(effect, answer):
        raise ValueError("policy")

    assert [str(one) for one in virtual(together(Fetch(), Fetch()), cache(Fetch, keep=keep), server(log))] == [
        "policy",
        "/ 0",
    ]


def test_exceptions_are_kept_if_the_policy_says_so():
    log = []
    caching = cache(
        Fetch, ttl_s=100, keep_error=lambda effect, error: isinstance(error, LookupError), error_ttl_s=5
    )
    errors = [LookupError("none"), OSError("down")]

    @kont.do
    def program():
        together_ = yield together(Fetch(), Fetch())
        again = yield Try(Fetch())
        yield kont.Sleep(5)
        return [*together_, again, (yield Try(Fetch())), (yield Try(Fetch()))]

    outcomes = virtual(program(), caching, server(log, fail=errors))
    assert outcomes == [errors[0]] * 3 + [errors[1], "/ 2"]
    assert log == [("/", 0.0), ("/", 6.0), ("/", 7.0)]


def test_a_cached_program_that_asks_for_itself_is_told():
    @cached()
    @kont.do
    def load(n):
        return (yield load(n))

    with pytest.raises(kont.UsageError, match="asks for itself"):
        kont.run(load(1), cache())


def test_a_cached_program_may_ask_for_others_of_its_kind():
    calls = []

    @cached()
    @kont.do
    def fibonacci(n):
        calls.append(n)
        if n < 2:
            yield kont.Pure(None)
            return n
        one, two = yield kont.Gather((yield kont.Spawn(fibonacci(n - 1))), (yield kont.Spawn(fibonacci(n - 2))))
        return one + two

    assert kont.run(fibonacci(20), cache()) == 6765
    assert sorted(calls) == list(range(21))


def test_those_who_wait_for_each_other_are_a_deadlock():
    @cached()
    @kont.do
    def ping():
        yield kont.Sleep(1)
        return (yield pong())

    @cached()
    @kont.do
    def pong():
        yield kont.Sleep(1)
        return (yield ping())

    @kont.do
    def both():
        return (yield kont.Gather((yield kont.Spawn(ping())), (yield kont.Spawn(pong()))))

    with pytest.raises(kont.Deadlock):
        kont.run(both(), cache(), virtual_time=True)


def test_a_cache_that_is_around_itself_does_not_wait_for_itself():
    log = []
    caching = cache(Fetch)
    assert kont.run(Fetch("/a"), caching, caching, server(log), virtual_time=True) == "/a 0"
    assert len(log) == 1


def test_a_program_without_tasks_stays_one():
    performed = []

    @kont.observer()
    def note(effect):
        performed.append(type(effect).__name__)

    kont.run(Cached("key", kont.Pure(1)), cache(), note)
    kont.run(Ask("a"), reader({"a": kont.Pure(1)}), note)
    assert "CreatePromise" not in performed


def test_a_run_that_ends_early_leaves_nothing_under_way():
    log = []
    caching, lazy = cache(Fetch), reader({"page": Fetch("/lazy")})

    async def program():
        await kont.Spawn(Fetch("/a"))
        await kont.Spawn(Ask("page"))
        await kont.Sleep(0.5)
        return "ended"

    for _ in range(2):
        assert kont.run(program(), lazy, caching, server(log), virtual_time=True) == "ended"
    assert [url for url, _ in log] == ["/a", "/lazy"] * 2


def test_a_handler_that_ends_the_program_ends_what_is_under_way():
    @kont.handler(Fetch)
    def ends(effect, k):
        return "ended"

    caching = cache(Fetch)
    assert kont.run(Fetch(), caching, ends) == "ended"
    assert virtual(together(Fetch()), caching, server([])) == ["/ 0"]


def test_lazy_values_below_other_locals_are_computed_for_each():
    log = []

    @kont.do
    def greeting():
        name = yield Ask("name")
        log.append(name)
        yield kont.Sleep(1)
        return f"hello {name}"

    program = together(*[Local({"name": name}, Ask("greeting")) for name in ("a", "b", "a")], Ask("greeting"), Ask("greeting"))
    outcomes = virtual(program, reader({"name": "all", "greeting": greeting()}))
    assert outcomes == ["hello a", "hello b", "hello a", "hello all", "hello all"]
    # Each `Local` is a scope of its own.
    assert log == ["a", "b", "a", "all"]


def test_size_and_time_hold_under_tasks():
    log = []
    caching = cache(Fetch, store=memory_store(entries_max=1), ttl_s=10)

    @kont.do
    def program():
        first = yield together(Fetch("/a"), Fetch("/a"), Fetch("/b"))
        yield kont.Sleep(5)
        second = yield together(Fetch("/b"), Fetch("/a"))
        yield kont.Sleep(11)
        return [*first, *second, (yield Try(Fetch("/a")))]

    assert virtual(program(), caching, server(log)) == ["/a 0", "/a 0", "/b 1", "/b 1", "/a 2", "/a 3"]


def test_a_mark_is_for_classes_of_effects_that_carry_nothing():
    with pytest.raises(kont.UsageError, match="cannot be cached"):
        cached()(Try)
    with pytest.raises(kont.UsageError, match="cannot be cached"):
        cached()(dict)
    with pytest.raises(kont.UsageError, match="goes on a function"):
        cached()(5)


def test_a_mark_has_its_own_time_and_key():
    @cached(ttl_s=5, key=lambda page: page.url)
    class Page(kont.Effect[str]):
        url: str
        by: str

    log = []

    @kont.handler(Page)
    def pages(effect):
        log.append(effect)
        return effect.by

    @kont.do
    def program():
        first = yield Page("/a", "x")
        second = yield Page("/a", "y")
        yield kont.Sleep(5)
        return first, second, (yield Page("/a", "z"))

    assert kont.run(program(), cache(ttl_s=100), pages, virtual_time=True) == ("x", "x", "z")
    assert kont.run(Page("/a", "no cache"), pages) == "no cache"


@ways
def test_who_comes_while_another_lands_is_not_forgotten(way):
    log = []
    ask, handlers = way(log)

    @kont.handler(kont.CreatePromise)
    def slow_promises(effect):
        yield kont.Sleep(5)
        return (yield effect)

    assert virtual(together(ask(), ask()), *handlers, slow_promises)[0] == "/a 0"
    assert log[0] == ("/a", 0.0)


@ways
def test_two_runs_share_what_is_kept_and_do_not_wait_for_each_other(way):
    log, both = [], asyncio.Event()

    @kont.handler(Fetch)
    async def meeting(effect):
        log.append(effect)
        if len(log) == 2:
            both.set()
        await both.wait()
        return "page"

    ask, (keeper, _) = way([])

    async def two_runs():
        return await asyncio.gather(*[kont.run_async(ask(), keeper, meeting) for _ in range(2)])

    assert asyncio.run(asyncio.wait_for(two_runs(), 60)) == ["page"] * 2
    assert len(log) == 2
    assert kont.run(ask(), keeper, meeting) == "page"
    assert len(log) == 2


def busy():
    """The places at which somebody is, in all caches and readers there are."""
    gc.collect()
    return [place for one in gc.get_objects() if isinstance(one, Flights) for place in one._waiting]


@ways
def test_nothing_is_left_of_a_run_that_is_dropped(way):
    ask, handlers = way([])
    drive = _kont.Drive(together(ask(), ask()), (*handlers, trying))
    drive.send(None)
    assert len(busy()) == 1
    del drive
    assert busy() == []


def test_nothing_is_left_of_many_keys():
    @cached()
    async def nothing(n):
        if n % 3 == 0:
            raise LookupError(n)

    @kont.do
    def program():
        for n in range(2000):
            yield Try(nothing(n))

    caching = cache(store=memory_store(entries_max=10))
    kont.run(program(), caching, trying)
    assert busy() == []


class SlowStore:
    """A store whose methods are programs that take their time."""

    def __init__(self):
        self.inside = memory_store()
        self.looked = 0

    async def get(self, key):
        self.looked += 1
        await kont.Sleep(1)
        return self.inside.get(key)

    async def put(self, key, kept):
        await kont.Sleep(1)
        self.inside.put(key, kept)

    @kont.do
    def remove(self, key):
        yield kont.Sleep(1)
        self.inside.remove(key)


@pytest.mark.parametrize("way", [by_type, by_call, by_mark])
def test_a_store_may_take_its_time(way):
    log, store = [], SlowStore()
    ask, (_, answering) = way(log)

    @kont.do
    def program():
        first = yield together(ask(), ask())
        again = yield together(ask(), ask(), ask())
        yield kont.Sleep(60)
        return [*first, *again, (yield Try(ask()))]

    # One look, the work, and the keeping; then one look for three.
    wanted = [Fetch] if way is by_type else []
    outcomes = virtual(program(), cache(*wanted, store=store, ttl_s=30), answering)
    assert outcomes == ["/a 0"] * 5 + ["/a 1"]
    assert store.looked == 3
    assert log == [("/a", 1.0), ("/a", 65.0)]


def test_entries_of_a_store_that_takes_its_time():
    async def program():
        await CachePut("n", 1)
        return await CacheGet("n"), await CacheDelete("n"), await CacheExists("n")

    assert kont.run(program(), cache(store=SlowStore()), virtual_time=True) == (1, True, False)


def test_a_store_that_fails_says_so_to_those_who_ask():
    class Broken:
        async def get(self, key):
            raise OSError("store")

    outcomes = virtual(together(Fetch(), Fetch()), cache(Fetch, store=Broken()), server([]))
    assert [str(one) for one in outcomes] == ["store", "store"]


def test_a_cancellation_is_never_kept():
    log = []
    caching = cache(Fetch, keep_error=lambda effect, error: True)

    async def program():
        first = await kont.Spawn(attempt(Fetch()))
        await kont.Sleep(0.5)
        await kont.Cancel(first)
        return [await attempt(Fetch())]

    assert virtual(program(), caching, server(log)) == ["/ 1"]


def test_the_time_of_exceptions_is_not_that_of_answers():
    log = []

    @kont.do
    def program():
        first = yield Try(Fetch())
        yield kont.Sleep(50)
        return [first, (yield Try(Fetch()))]

    caching = cache(Fetch, ttl_s=100, keep_error=lambda effect, error: True, error_ttl_s=5)
    assert virtual(program(), caching, server(log)) == ["/ 0", "/ 0"]


def test_asking_for_itself_is_told_by_a_slow_store_too():
    @cached
    @kont.do
    def load():
        return (yield load())

    with pytest.raises(kont.UsageError, match="asks for itself"):
        kont.run(load(), cache(store=SlowStore()), virtual_time=True)


@ways
@pytest.mark.parametrize("preempts", [False, True])
def test_in_every_order_of_tasks_nobody_is_forgotten(way, preempts):
    def make():
        log = []
        ask, handlers = way(log, fail=[OSError("first")])

        async def program():
            tasks = [await kont.Spawn(attempt(ask())) for _ in range(3)]
            await kont.Yield()
            await kont.Cancel(tasks[1])
            outcomes = await kont.Gather(tasks[0], tasks[2])
            assert sum(isinstance(one, Err) for one in outcomes) <= 1, outcomes
            assert {one.value[:2] for one in outcomes if not isinstance(one, Err)} == {"/a"}
            # One fails, one may be cancelled on its way, and one is the last.
            assert 2 <= len(log) <= 3, log

        return kont.handlers(*handlers, trying)(program())

    explored = explore(make, runs=150, random_runs=150, preempts=preempts)
    assert explored.runs > 1
