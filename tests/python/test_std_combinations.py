"""What holds between the standard handlers and tasks."""

import pytest

import kont
from kont.std import (
    Ask,
    Err,
    Get,
    Listen,
    Local,
    Log,
    Modify,
    Ok,
    Put,
    Raise,
    Random,
    Tell,
    Told,
    Try,
    listening,
    log,
    reader,
    seeded,
    state,
    trying,
    unlogged,
    writer,
)


def virtual(program, *handlers, **options):
    return kont.run(program, *handlers, virtual_time=True, **options)


@kont.do
def gather(*programs):
    tasks = []
    for program in programs:
        tasks.append((yield kont.Spawn(program)))
    return (yield kont.Gather(*tasks))


@kont.do
def after(seconds, program):
    yield kont.Sleep(seconds)
    return (yield program)


def add(amount):
    return Modify("n", lambda n: (n or 0) + amount)


def test_children_inherit_the_environment_of_their_spawner():
    program = Local({"a": 2}, gather(Ask("a"), Local({"a": 3}, Ask("a")), after(1, Ask("a"))))
    assert virtual(program, reader({"a": 1})) == [2, 3, 2]


def test_a_local_of_one_child_is_not_its_siblings():
    program = gather(Local({"a": 2}, after(2, Ask("a"))), after(1, Ask("a")), Local({"a": 3}, after(3, Ask("a"))))
    assert virtual(program, reader({"a": 1})) == [2, 1, 3]


def test_a_child_keeps_its_environment_when_the_local_has_ended():
    @kont.do
    def program():
        task = yield Local({"a": 2}, kont.Spawn(after(1, Ask("a"))))
        return (yield Ask("a")), (yield kont.Wait(task))

    assert virtual(program(), reader({"a": 1})) == (1, 2)


def test_children_share_state_and_do_not_undo_it():
    @kont.do
    def fails():
        yield add(10)
        raise LookupError("no")

    @kont.do
    def program():
        outcomes = yield gather(after(1, add(1)), Try(fails()), after(2, add(100)))
        return outcomes, (yield Get("n"))

    (first, failed, last), n = virtual(program(), state(), trying)
    assert (first, last, n) == (11, 111, 111)
    assert isinstance(failed, Err)


def test_the_first_error_ends_the_others_and_state_stays():
    @kont.do
    def program():
        outcome = yield Try(gather(after(1, add(1)), after(2, Raise(LookupError("no"))), after(3, add(100))))
        yield kont.Sleep(10)
        return outcome, (yield Get("n"))

    outcome, n = virtual(program(), state(), trying)
    assert isinstance(outcome.error, LookupError)
    assert n == 1


def test_a_state_inside_of_a_child_is_its_own():
    def own(program):
        return state({"n": 0})(program)

    assert virtual(gather(own(after(1, add(1))), own(after(1, add(2)))), state()) == [1, 2]


def test_what_children_tell_is_in_the_order_of_time():
    @kont.do
    def program():
        yield gather(after(3, Tell("c")), after(1, Tell("a")), after(2, Tell("b")))
        return (yield Told())

    assert virtual(program(), writer()) == ["a", "b", "c"]


def test_listening_hears_what_children_do_meanwhile():
    program = Listen(gather(after(2, Tell("b")), after(1, Tell("a")), Listen(Tell("own"))))
    (_, _, (_, own)), heard = virtual(program, writer())
    assert own == [Tell("own")]
    assert heard == [Tell("own"), Tell("a"), Tell("b")]


def test_two_who_listen_at_the_same_time_hear_their_own():
    def listens(name):
        return Listen(gather(after(1, log(name)), after(2, log(name))), types=Log)

    outcomes = virtual(gather(listens("a"), listens("b")), listening, unlogged)
    assert [[one.message for one in heard] for _, heard in outcomes] == [["a", "a"], ["b", "b"]]


def test_nothing_is_listened_to_of_what_fails():
    @kont.do
    def program():
        outcome = yield Try(Listen(gather(Tell("told"), after(1, Raise(LookupError("no"))))))
        return outcome, (yield Told())

    outcome, told = virtual(program(), writer(), trying)
    assert isinstance(outcome.error, LookupError)
    assert told == ["told"]


def test_a_try_catches_what_a_scope_raises_in_one():
    @kont.do
    def both_fail():
        yield kont.Spawn(after(1, Raise(LookupError("first"))))
        task = yield kont.Spawn(after(1, Raise(OSError("second"))))
        yield kont.Wait(task)

    outcome = virtual(Try(kont.Scope(both_fail())), trying)
    assert isinstance(outcome, Err)
    assert isinstance(outcome.error, (LookupError, ExceptionGroup))


def test_a_try_does_not_catch_a_cancellation():
    log = []

    @kont.do
    def waits():
        log.append((yield Try(kont.Sleep(60))))

    async def program():
        task = await kont.Spawn(waits())
        await kont.Sleep(1)
        await kont.Cancel(task)
        await kont.Sleep(100)

    virtual(program(), trying)
    assert log == []


def test_a_try_catches_a_timeout():
    assert isinstance(virtual(Try(kont.Scope(kont.Sleep(60), timeout=1)), trying).error, TimeoutError)
    assert virtual(kont.Scope(Try(kont.Sleep(1)), timeout=60), trying) == Ok(None)


def test_a_seed_is_shared_in_the_order_of_the_tasks():
    program = gather(after(2, Random()), after(1, Random()))
    later, sooner = virtual(program, seeded(1))
    assert [sooner, later] == virtual(gather(Random(), Random()), seeded(1))


@pytest.mark.parametrize("seed", range(10))
def test_every_order_of_tasks_keeps_what_each_has_put(seed):
    @kont.do
    def one(name):
        yield Put(name, 1)
        yield kont.Yield()
        value = yield Get(name)
        yield Put(name, value + 1)
        yield kont.Yield()
        return (yield Get(name))

    assert kont.run(gather(*map(one, "abcde")), state(), seed=seed) == [2] * 5
