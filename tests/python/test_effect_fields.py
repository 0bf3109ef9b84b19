"""Effects whose fields the extension fills are what the frozen dataclasses are that Python would fill."""

import copy
import dataclasses
import gc
import pickle
import weakref

import pytest

import kont


class Pair(kont.Effect[int]):
    key: str
    value: int


class Defaults(kont.Effect[int]):
    first: int
    second: int = 5
    third: str = "x"


class More(Pair):
    third: int = 3


class Left(kont.Effect[int]):
    left: int


class Right(kont.Effect[int]):
    right: int


class Both(Left, Right):
    pass


class Many(kont.Effect[int]):
    a: int
    b: int
    c: int
    d: int
    e: int


class Changed(kont.Effect[int]):
    a: int

    def __post_init__(self):
        object.__setattr__(self, "a", self.a + 1)


def is_laid_out(cls):
    return "__kont_layout__" in vars(cls)


def test_plain_classes_are_laid_out_and_others_are_not():
    assert all(map(is_laid_out, (Pair, Defaults, More, Left, Right)))
    assert not any(map(is_laid_out, (Both, Many, Changed)))


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        (lambda: Pair("k", 1), {"key": "k", "value": 1}),
        (lambda: Pair(value=1, key="k"), {"key": "k", "value": 1}),
        (lambda: Pair("k", **{"va" + "lue": 1}), {"key": "k", "value": 1}),
        (lambda: Defaults(1), {"first": 1, "second": 5, "third": "x"}),
        (lambda: Defaults(1, third="y"), {"first": 1, "second": 5, "third": "y"}),
        (lambda: Defaults(1, 2, "z"), {"first": 1, "second": 2, "third": "z"}),
        (lambda: More("k", 1, 2), {"key": "k", "value": 1, "third": 2}),
        (lambda: Both(1, 2), {"right": 1, "left": 2}),
        (lambda: Many(1, 2, 3, 4, 5), {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}),
        (lambda: Changed(1), {"a": 2}),
    ],
)
def test_an_effect_has_its_fields(made, fields):
    effect = made()
    assert dataclasses.asdict(effect) == fields
    assert repr(effect) == f"{type(effect).__name__}({', '.join(f'{name}={value!r}' for name, value in fields.items())})"
    assert effect == made() and hash(effect) == hash(made())
    for again in (pickle.loads(pickle.dumps(effect)), copy.copy(effect), copy.deepcopy(effect)):
        assert again == effect and type(again) is type(effect)
    name, value = next(iter(fields.items()))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(effect, name, 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(effect, name)
    assert getattr(effect, name) == value


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (lambda: Pair(), "missing 2 required positional arguments: 'key' and 'value'"),
        (lambda: Pair("k"), "missing 1 required positional argument: 'value'"),
        (lambda: Pair("k", 1, 2), "takes 3 positional arguments but 4 were given"),
        (lambda: Pair("k", 1, other=2), "got an unexpected keyword argument 'other'"),
        (lambda: Pair("k", key=2), "got multiple values for argument 'key'"),
    ],
)
def test_wrong_arguments_are_told_as_by_python(made, wrong):
    with pytest.raises(TypeError, match=wrong):
        made()


def test_replace_match_and_fields():
    assert dataclasses.replace(Pair("k", 1), value=2) == Pair("k", 2)
    assert dataclasses.replace(Defaults(1, third="y"), second=7) == Defaults(1, 7, "y")
    assert [field.name for field in dataclasses.fields(Defaults)] == ["first", "second", "third"]
    match Pair("k", 1):
        case Pair(key, value=1):
            assert key == "k"
        case _:
            pytest.fail("it does not match")


def test_a_class_that_is_changed_later_is_made_as_it_says_then(monkeypatch):
    class Given(kont.Effect[int]):
        key: str

    assert Given("a").key == "a"

    def other(self, key):
        object.__setattr__(self, "key", key * 2)

    monkeypatch.setattr(Given, "__init__", other)
    assert Given("a").key == "aa"
    monkeypatch.undo()
    assert Given("a").key == "a"


def test_a_class_that_makes_its_objects_itself_does_so():
    made = []

    class Noted(kont.Effect[int]):
        key: str

        def __new__(cls, *args):
            made.append(args)
            return super().__new__(cls)

    assert Noted("a").key == "a"
    assert made == [("a",)]


def test_a_second_dataclass_changes_nothing():
    @dataclasses.dataclass(frozen=True)
    class Twice(kont.Effect[int]):
        key: str
        value: int = 2

    assert Twice("a") == Twice("a", 2) != Twice("a", 3)


def test_fields_of_bases_that_know_nothing_of_each_other_are_apart():
    class Own(Left, Right):
        def __init__(self, left, right):
            object.__setattr__(self, "left", left)
            object.__setattr__(self, "right", right)

    assert (Own(1, 2).left, Own(1, 2).right) == (1, 2)
    both = Both(left=1, right=2)
    assert (both.left, both.right) == (1, 2)


def test_a_cycle_through_a_field_is_collected_and_nothing_else():
    class Thing:
        pass

    def made():
        thing = Thing()
        thing.effect = Pair("k", thing)
        return weakref.ref(thing)

    kept = Pair("k", Thing())
    gone, there = made(), weakref.ref(kept.value)
    gc.collect()
    assert gone() is None
    assert there() is kept.value


def test_an_effect_lets_its_fields_go():
    class Thing:
        pass

    thing = Thing()
    effects = [Defaults(thing, thing, thing), Pair(thing, thing), Many(thing, 1, 2, 3, 4)]
    gone = weakref.ref(thing)
    del thing
    assert gone() is not None
    effects.clear()
    assert gone() is None
