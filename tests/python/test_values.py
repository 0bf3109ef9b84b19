"""Effects and continuations as values: compared, hashed, shown, copied, pickled, or refused with a reason."""

import copy
import dataclasses
import pickle
from typing import Generic, TypeVar

import pytest

import kont

T = TypeVar("T")


class Ask(kont.Effect[str]):
    key: str


class Many(kont.Effect[None]):
    items: list = dataclasses.field(default_factory=list)
    note: str = "none"


class Nothing(kont.Effect[None]):
    pass


class Box(kont.Effect[T], Generic[T]):
    value: T


class Odd(kont.Effect[int]):
    def __init__(self, number):
        self.twice = 2 * number


@pytest.mark.parametrize("effect", [Ask("a"), Many([1], note="n"), Many(), Nothing(), Box(3), Box[int](3)])
def test_copies_are_equal(effect):
    for other in (copy.copy(effect), copy.deepcopy(effect), *(pickle.loads(pickle.dumps(effect, n)) for n in range(2, 6))):
        assert other == effect and type(other) is type(effect) and repr(other) == repr(effect)
    assert dataclasses.replace(effect) == effect


def test_one_with_a_constructor_of_its_own():
    assert pickle.loads(pickle.dumps(Odd(2))).twice == 4
    assert copy.copy(Odd(2)).twice == 4


def test_equality_is_of_class_and_fields():
    assert Ask("a") == Ask("a") != Ask("b")
    assert Ask("a") != Box("a")
    assert len({Ask("a"), Ask("a"), Ask("b")}) == 2


def test_hashable_where_the_fields_are():
    assert hash(Box((1, 2))) == hash(Box((1, 2)))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Many([1]))


@pytest.mark.parametrize("change", [lambda e: setattr(e, "key", "b"), lambda e: delattr(e, "key"), lambda e: setattr(e, "new", 1)])
def test_frozen(change):
    effect = Ask("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        change(effect)
    assert effect == Ask("a")


def test_shown_with_its_fields_and_matched_by_them():
    assert repr(Many([1])) == "Many(items=[1], note='none')"
    match Box(5):
        case Box(value):
            assert value == 5


def test_arguments_are_checked():
    for wrong in (lambda: Ask(), lambda: Ask("a", "b"), lambda: Ask(name="a"), lambda: Nothing(1)):
        with pytest.raises(TypeError, match="argument"):
            wrong()


def test_a_continuation_says_whether_and_where_it_was_used():
    shown = []

    @kont.handler(Ask)
    def using(effect, k):
        shown.append((repr(k), k.used))
        yield kont.Resume(k, "x")
        shown.append((repr(k), k.used))

    kont.run(Ask("a"), using)
    line = using.function.__code__.co_firstlineno + 3
    assert shown == [
        ("<kont.K of Ask(key='a')>", False),
        (f"<kont.K of Ask(key='a'), used by `{using.__qualname__}` ({__file__}:{line})>", True),
    ]


def test_a_continuation_is_not_copied_or_pickled():
    @kont.handler(Ask)
    def refuses(effect, k):
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="a continuation cannot be pickled or copied: .*\nhelp: "):
                attempt(k)
        yield kont.Transfer(k, "whole")

    assert kont.run(Ask("a"), refuses) == "whole"
