"""Random programs of reader, state, writer and errors do what a few lines of plain Python say that they mean."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from in_order import in_order

import kont
from kont.std import Ask, Err, Get, Listen, Local, Modify, Ok, Put, Raise, Tell, Told, Try, reader, state, trying, writer

KEYS = some.sampled_from(["a", "b", "c"])
VALUES = some.integers(0, 9)


class Stop(Exception):
    """What programs raise here. Two are equal if they were raised for the same reason."""

    def __eq__(self, other):
        return isinstance(other, Stop) and self.args == other.args

    __hash__ = Exception.__hash__


@dataclass(frozen=True)
class Node:
    """A program: what it does, and with what."""

    name: str
    args: tuple = ()


LEAVES = some.one_of(
    KEYS.map(lambda key: Node("ask", (key,))),
    KEYS.map(lambda key: Node("get", (key,))),
    some.tuples(KEYS, VALUES).map(lambda args: Node("put", args)),
    some.tuples(KEYS, VALUES).map(lambda args: Node("add", args)),
    VALUES.map(lambda value: Node("tell", (value,))),
    some.just(Node("told")),
    VALUES.map(lambda value: Node("raise", (value,))),
    VALUES.map(lambda value: Node("pure", (value,))),
)


def larger(smaller):
    return some.one_of(
        some.tuples(KEYS, VALUES, smaller).map(lambda args: Node("local", args)),
        smaller.map(lambda one: Node("listen", (one,))),
        smaller.map(lambda one: Node("try", (one,))),
        some.lists(smaller, max_size=4).map(lambda all_: Node("all", tuple(all_))),
    )


PROGRAMS = some.recursive(LEAVES, larger, max_leaves=20)


@kont.do
def program(node):
    """The program with effects."""
    match node:
        case Node("ask", (key,)):
            return (yield Ask(key))
        case Node("get", (key,)):
            return (yield Get(key))
        case Node("put", (key, value)):
            return (yield Put(key, value))
        case Node("add", (key, value)):
            return (yield Modify(key, lambda old: (old or 0) + value))
        case Node("tell", (value,)):
            return (yield Tell(value))
        case Node("told"):
            return (yield Told())
        case Node("raise", (value,)):
            return (yield Raise(Stop(value)))
        case Node("pure", (value,)):
            return (yield kont.Pure(value))
        case Node("local", (key, value, inside)):
            return (yield Local({key: value}, program(inside)))
        case Node("listen", (inside,)):
            return (yield Listen(program(inside), types=(Tell,)))
        case Node("try", (inside,)):
            return (yield Try(program(inside)))
    values = []
    for inside in node.args:
        values.append((yield program(inside)))
    return values


def meaning(node, env, cells, log):
    """What the program means: the environment is passed down, cells and messages are there for all."""
    match node:
        case Node("ask", (key,)):
            if key not in env:
                raise Stop("missing", key)
            return env[key]
        case Node("get", (key,)):
            return cells.get(key)
        case Node("put", (key, value)):
            cells[key] = value
            return None
        case Node("add", (key, value)):
            cells[key] = (cells.get(key) or 0) + value
            return cells[key]
        case Node("tell", (value,)):
            log.append(value)
            return None
        case Node("told"):
            return list(log)
        case Node("raise", (value,)):
            raise Stop(value)
        case Node("pure", (value,)):
            return value
        case Node("local", (key, value, inside)):
            return meaning(inside, {**env, key: value}, cells, log)
        case Node("listen", (inside,)):
            before = len(log)
            value = meaning(inside, env, cells, log)
            return value, [Tell(message) for message in log[before:]]
        case Node("try", (inside,)):
            try:
                return Ok(meaning(inside, env, cells, log))
            except Stop as error:
                return Err(error)
    return [meaning(inside, env, cells, log) for inside in node.args]


def plain(value):
    """A result in which a missing key is what `meaning` makes of it."""
    match value:
        case Err(error):
            return Err(Stop("missing", error.key) if isinstance(error, kont.MissingKeyError) else error)
        case Ok(inside):
            return Ok(plain(inside))
        case list():
            return [plain(one) for one in value]
        case (inside, heard):
            return plain(inside), heard
    return value


@settings(max_examples=300, deadline=None)
@given(PROGRAMS, some.dictionaries(KEYS, VALUES), some.dictionaries(KEYS, VALUES), some.permutations(range(4)))
def test_programs_mean_what_they_say_in_whatever_order_the_handlers_are(node, env, initial, order):
    cells, log, messages = dict(initial), [], []
    try:
        wanted = Ok(meaning(node, env, cells, log))
    except Stop as error:
        wanted = Err(error)

    @kont.do
    def whole():
        outcome = yield Try(program(node))
        left = {}
        for key in ("a", "b", "c"):
            left[key] = yield Get(key)
        return outcome, left

    handlers = [reader(env), state(initial), writer(messages), trying]
    outcome, left = kont.run(whole(), *[handlers[place] for place in order])
    assert plain(outcome) == wanted
    assert left == {key: cells.get(key) for key in ("a", "b", "c")}
    assert messages == log


@pytest.mark.parametrize("start", [{}, {"a": 0}])
@given(one=VALUES, two=VALUES)
def test_the_laws_of_state(start, one, two):
    def run(*effects):
        return kont.run(in_order(*effects, Get("a"), Get("b")), state(start))[-2:]

    assert run(Put("a", one), Put("a", two)) == run(Put("a", two)), "put-put"
    assert kont.run(in_order(Put("a", one), Get("a")), state(start))[1] == one, "put-get"
    assert kont.run(in_order(Get("a"), Get("a")), state(start)) == [start.get("a")] * 2, "get-get"
    assert run(Put("a", start.get("a"))) == run(), "get-put"
    assert run(Put("a", one), Put("b", two)) == run(Put("b", two), Put("a", one)), "two cells do not meet"
    assert kont.run(in_order(Modify("a", lambda _: one)), state(start)) == [one]


@given(some.lists(VALUES), some.lists(VALUES))
def test_the_laws_of_the_writer(one, two):
    def run(program):
        messages = []
        return kont.run(program, writer(messages)), messages

    tells = [Tell(value) for value in one + two]
    assert run(in_order(*tells, Told()))[0][-1] == one + two, "in order"
    assert run(in_order(in_order(*tells[: len(one)]), in_order(*tells[len(one) :])))[1] == one + two
    (value, heard), messages = run(Listen(in_order(*tells), types=(Tell,)))
    assert (heard, messages) == (tells, one + two), "what is listened to is told all the same"
    nested, _ = run(Listen(in_order(Tell(0), Listen(in_order(*tells))), types=(Tell,)))
    assert nested[0][1][1] == tells
    assert nested[1] == [Tell(0), *tells]


@given(some.dictionaries(KEYS, VALUES), some.dictionaries(KEYS, VALUES), some.dictionaries(KEYS, VALUES))
def test_the_laws_of_the_reader(env, one, two):
    def run(program):
        return kont.run(program, reader({"a": None, "b": None, "c": None, **env}))

    everything = [Ask("a"), Ask("b"), Ask("c")]
    assert run(Local(one, Local(two, in_order(*everything)))) == run(Local({**one, **two}, in_order(*everything)))
    assert run(Local({}, in_order(*everything))) == run(in_order(*everything))
    assert run(in_order(Local(one, in_order(*everything)), in_order(*everything)))[1] == run(in_order(*everything))


@given(VALUES)
def test_the_laws_of_errors(value):
    def run(program):
        return kont.run(program, trying)

    assert run(Try(kont.Pure(value))) == Ok(value)
    assert run(Try(Raise(Stop(value)))) == Err(Stop(value))
    assert run(Try(Try(Raise(Stop(value))))) == Ok(Err(Stop(value)))
    assert Ok(value).unwrap() == value
    with pytest.raises(Stop):
        Err(Stop(value)).unwrap()
