"""Random, clock, retry, recorder and log: what they promise, and that their doubles promise the same."""

import logging

import pytest

import kont
from kont.std import (
    Ask,
    Backoff,
    Listen,
    Log,
    Random,
    RandomChoice,
    Recorded,
    RandomInt,
    Shuffle,
    Try,
    listening,
    log,
    logging_to,
    randomness,
    reader,
    recorder,
    retry,
    retrying,
    seeded,
    trying,
    unlogged,
    virtual_clock,
)


class Fetch(kont.Effect[str]):
    url: str = "/"


@kont.do
def several(effect, count):
    answers = []
    for _ in range(count):
        answers.append((yield effect))
    return answers


# Random


SOURCES = {"seeded": lambda: [seeded(1)], "bytes": lambda: [randomness], "both": lambda: [randomness, seeded(1)]}


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
def test_random_answers_are_what_was_asked_for(make):
    def ask(effect, count=300):
        return kont.run(several(effect, count), *make())

    assert all(0 <= number < 1 for number in ask(Random()))
    assert len(set(ask(Random()))) == 300
    assert set(ask(RandomInt(1, 6))) == {1, 2, 3, 4, 5, 6}
    assert ask(RandomInt(5, 5), 1) == [5]
    assert all(-(10**30) <= number <= 10**30 for number in ask(RandomInt(-(10**30), 10**30)))
    assert set(ask(RandomChoice("abc"))) == {"a", "b", "c"}
    assert all(sorted(items) == [1, 2, 3] for items in ask(Shuffle((1, 2, 3))))
    assert len({tuple(items) for items in ask(Shuffle((1, 2, 3)))}) == 6
    assert ask(Shuffle(()), 1) == [[]]


@pytest.mark.parametrize("make", SOURCES.values(), ids=SOURCES)
def test_what_cannot_be_drawn_is_an_error_at_the_performer(make):
    for effect, error in ((RandomInt(2, 1), ValueError), (RandomChoice(()), IndexError)):
        assert isinstance(kont.run(Try(effect), trying, *make()).error, error)


def test_a_seed_decides_everything():
    @kont.do
    def program():
        return (yield Random()), (yield RandomInt(0, 99)), (yield Shuffle("abcdef")), (yield kont.RandomBytes(4))

    assert kont.run(program(), seeded(3)) == kont.run(program(), seeded(3)) != kont.run(program(), seeded(4))
    assert kont.run(program(), randomness, seeded(3)) == kont.run(program(), randomness, seeded(3))


def test_bytes_decide_what_is_drawn():
    given = iter([b"\xff", b"\x00"])

    @kont.handler(kont.RandomBytes)
    def bytes_given(effect):
        return next(given)[: effect.count]

    assert kont.run(RandomInt(10, 14), randomness, bytes_given) == 10, "7 of 3 bits is too large and is drawn again"


# Clock


def test_sleeping_moves_the_virtual_clock():
    @kont.do
    def program():
        before = yield kont.Monotonic()
        yield kont.Sleep(10**9)
        yield kont.Sleep(-5)
        return before, (yield kont.Monotonic()), (yield kont.Now())

    assert kont.run(program(), virtual_clock(start_s=5.0)) == (0.0, 1e9, 1e9 + 5)


# Retry


class Flaky:
    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return self.program()

    @kont.do
    def program(self):
        yield kont.Pure(None)
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def sleeps(program, *handlers):
    result, slept = kont.run(Listen(program, types=(kont.Sleep,)), listening, trying, *handlers, virtual_clock())
    return result, [effect.seconds for effect in slept]


def test_retry_waits_longer_each_time():
    flaky = Flaky(*[OSError()] * 4)
    program = retry(flaky, times=5, backoff=Backoff(1.0, factor=3.0, longest_s=5.0))
    assert sleeps(program) == ("done", [1.0, 3.0, 5.0, 5.0])
    assert flaky.calls == 5


def test_retry_of_what_succeeds_runs_once_and_does_not_wait():
    flaky = Flaky()
    assert sleeps(retry(flaky)) == ("done", [])
    assert flaky.calls == 1


def test_the_last_error_is_raised():
    errors = [OSError(number) for number in range(3)]
    flaky = Flaky(*errors)
    result, slept = sleeps(Try(retry(flaky, times=3)))
    assert result.error is errors[2]
    assert len(slept) == 2
    assert flaky.calls == 3


def test_other_errors_are_raised_at_once():
    flaky = Flaky(ValueError("mine"))
    result, slept = sleeps(Try(retry(flaky, on=OSError)))
    assert isinstance(result.error, ValueError)
    assert (slept, flaky.calls) == ([], 1)


def test_jitter_takes_off_a_part_that_the_seed_decides():
    def waits(seed):
        backoff = Backoff(1.0, factor=1.0, jitter=0.5)
        return sleeps(retry(Flaky(*[OSError()] * 20), times=21, backoff=backoff), seeded(seed))[1]

    assert all(0.5 <= wait <= 1.0 for wait in waits(1))
    assert len(set(waits(1))) == 20
    assert waits(1) == waits(1) != waits(2)


def test_backoff_of_many_failures_stays_at_its_longest():
    assert Backoff(1.0, longest_s=9.0).wait_s(100_000) == 9.0


def test_what_makes_no_sense_is_refused():
    for wrong in (lambda: retry(Flaky(), times=0), lambda: Backoff(jitter=2), lambda: retry(Flaky().program())):
        with pytest.raises(kont.UsageError):
            wrong()
    with pytest.raises(kont.UsageError, match="carries a program"):
        retrying(Try)


def test_a_retry_of_coroutines_makes_a_new_one_each_time():
    made = []

    async def once():
        made.append(await Ask("n"))
        if len(made) < 3:
            raise OSError

    kont.run(retry(once), reader({"n": 1}), virtual_clock())
    assert made == [1, 1, 1]


def test_retrying_performs_the_effect_again_outside():
    left = [OSError(), OSError()]

    @kont.handler(Fetch)
    def server(effect):
        if left:
            raise left.pop()
        return effect.url

    program = Listen(Fetch("/a"), types=(Fetch,))
    result, heard = kont.run(program, listening, retrying(Fetch, on=OSError), server, virtual_clock())
    assert (result, heard) == ("/a", [Fetch("/a")]), "the program performed it once"


# Recorder


@kont.handler(Fetch)
def fetch(effect):
    if effect.url == "/missing":
        raise LookupError("not there")
    return effect.url.upper()


def test_the_recorder_keeps_effects_and_answers():
    seen = []

    @kont.do
    def program():
        yield Fetch("/a")
        failed = yield Try(Fetch("/missing"))
        return (yield Ask("x")), failed

    value, failed = kont.run(program(), recorder(seen, Fetch), trying, reader({"x": 1}), fetch)
    assert value == 1
    assert seen == [
        Recorded(Fetch("/a"), "/A", None, True),
        Recorded(Fetch("/missing"), None, failed.error, True),
    ]


def test_a_recorder_of_everything_leaves_programs_at_their_place():
    seen = []

    @kont.handler(Ask)
    def inside(effect):
        return "inside"

    assert kont.run(inside(Try(Ask("x"))), recorder(seen), trying, reader({"x": "outside"})).value == "inside"
    assert seen == []
    with pytest.raises(kont.UsageError, match="observer"):
        recorder(seen, Try)


def test_an_effect_without_an_answer_is_seen_as_not_done():
    seen = []

    @kont.handler(Fetch)
    def ends(effect, k):
        return "ended"

    assert kont.run(Fetch("/a"), recorder(seen), ends) == "ended"
    assert seen == [Recorded(Fetch("/a"))]


# Log


def test_log_lines_become_records(caplog):
    with caplog.at_level(logging.INFO, logger="shop"):
        kont.run(log("paid", amount=10, to="bob"), logging_to("shop"))
        kont.run(log("noise", level="debug"), logging_to("shop"))
    [record] = caplog.records
    assert record.getMessage() == "paid amount=10 to='bob'"
    assert (record.levelname, record.fields) == ("INFO", {"amount": 10, "to": "bob"})


def test_percent_signs_in_log_lines_are_text(caplog):
    with caplog.at_level(logging.INFO, logger="kont"):
        kont.run(log("100% %s", level="error"), logging_to())
    assert [record.getMessage() for record in caplog.records] == ["100% %s"]


def test_log_lines_can_be_listened_to_and_thrown_away():
    assert kont.run(Listen(log("a", n=1), types=Log), listening, unlogged) == (None, [log("a", n=1)])
    with pytest.raises(kont.UsageError, match="no level `loud`"):
        log("a", level="loud")
