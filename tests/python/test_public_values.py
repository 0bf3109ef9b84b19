"""Every public class of kont and kont.std as a value: effects are pickled and copied, and all show themselves well."""

import copy
import dataclasses
import inspect
import pickle
import re
from collections.abc import Hashable
from typing import NamedTuple

import pytest

import kont
import kont.std
import kont.sync
import kont.tasks


def names_of(module):
    return {name: getattr(module, name) for name in dir(module) if not name.startswith("_")}


def classes():
    found = {}
    for module in (kont, kont.std):
        for name, value in names_of(module).items():
            if inspect.isclass(value) and value.__module__.startswith("kont") and not issubclass(value, BaseException):
                found[f"{module.__name__}.{name}"] = value
    return found


EFFECTS = {name: one for name, one in classes().items() if issubclass(one, kont.Effect) and one is not kont.Effect}
# What fields are given by their names; a field that is not here is filled by its kind.
GIVEN = {"function": abs, "error": ValueError("no"), "headers": {"a": "b"}, "overrides": {"a": 1}, "fields": {"n": 1}}


@kont.do
def program(x=1):
    return (yield kont.Pure(x))


def made(cls):
    """An effect of a class, with something in every field that must be given."""
    if cls in (kont.Gather, kont.Race):
        return cls(1, 2)
    if cls is kont.ToolCall:
        return add.call(1, b=2)
    values = {}
    for field in fields(cls):
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            values[field.name] = GIVEN[field.name] if field.name in GIVEN else program() if field.name == "program" else 1
    return cls(**values)


def fields(effect):
    """The fields of an effect, or of its class; of one with a constructor of its own, what it holds."""
    return dataclasses.fields(effect) if dataclasses.is_dataclass(effect) else [Named(name) for name in vars(effect)]


class Named(NamedTuple):
    name: str


def same(one, other):
    """Equal, where an exception or a program is as good as another one of the same kind."""
    if isinstance(one, (BaseException, kont.Program)):
        return repr(one) == repr(other)
    if isinstance(one, kont.Effect):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)
        )
    return one == other


def test_there_are_effects():
    assert len(EFFECTS) > 35
    assert {"kont.Sleep", "kont.Spawn", "kont.Gather", "kont.std.Ask", "kont.std.Try", "kont.std.Http"} <= EFFECTS.keys()


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_each_effect_is_pickled_and_copied(name):
    effect = made(EFFECTS[name])
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert same(effect, pickle.loads(pickle.dumps(effect, protocol)))
    assert same(effect, copy.copy(effect))
    assert same(effect, copy.deepcopy(effect))


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_each_effect_is_compared_hashed_frozen_and_shown(name):
    cls = EFFECTS[name]
    effect = made(cls)
    assert effect == copy.copy(effect) and not effect != copy.copy(effect)
    assert repr(effect) == "add(1, b=2)" if cls is kont.ToolCall else repr(effect).startswith(f"{cls.__name__}(")
    if all(isinstance(getattr(effect, field.name), Hashable) for field in fields(effect)):
        assert hash(effect) == hash(copy.copy(effect))
    for field in fields(effect):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(effect, field.name, 1)


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def echo(effect):
    return effect.key


@kont.observer(Ask)
def look(effect):
    pass


class Cell(kont.Handlers):
    @kont.on(Ask)
    def ask(self, effect):
        return "x"


@kont.tool
def add(a: int, b: int) -> int:
    return a + b


def used():
    """What only a run can make, by its class."""
    found = {}

    @kont.handler(Ask)
    def keep(effect, k):
        found[kont.K] = k
        yield kont.Transfer(k, "x")

    async def main():
        found[kont.Task] = task = await kont.Spawn(program(), name="bob")
        await task
        found[kont.Promise] = await kont.CreatePromise()
        found[kont.ExternalPromise] = await kont.CreateExternalPromise()
        found[kont.ExecutionContext] = await kont.GetExecutionContext()
        found[kont.Place] = found[kont.ExecutionContext].traceback[0]
        await Ask("a")

    kont.run(main(), keep)
    return found


def failed():
    try:
        kont.run(Ask("a"))
    except kont.UnhandledEffect as error:
        return kont.traceback_of(error)


def instances():
    """Something of every public class that is no effect; a new class needs an entry here, or a reason below."""
    k = used()[kont.K]
    return {
        **used(),
        kont.Channel: kont.Channel(2),
        kont.CreateContinuation: kont.CreateContinuation(program()),
        kont.Delegate: kont.Delegate(),
        kont.Event: kont.Event(),
        kont.GetBoundaries: kont.GetBoundaries(),
        kont.GetExecutionContext: kont.GetExecutionContext(),
        kont.GetHandlers: kont.GetHandlers(k),
        kont.GetOuterHandlers: kont.GetOuterHandlers(),
        kont.GetTraceback: kont.GetTraceback(),
        kont.Handler: echo,
        kont.Handlers: Cell(),
        kont.Limits: kont.Limits(),
        kont.Lock: kont.Lock(),
        kont.Observer: look,
        kont.Operation: kont.Pure(1),
        kont.Pass: kont.Pass(),
        kont.Perform: kont.Perform(Ask("a")),
        kont.Process: kont.Process(),
        kont.Program: program(2),
        kont.Pure: kont.Pure(1),
        kont.Resume: kont.Resume(k, 1),
        kont.ResumeThrow: kont.ResumeThrow(k, ValueError("no")),
        kont.ResumeWith: kont.ResumeWith(k, program()),
        kont.Semaphore: kont.Semaphore(2),
        kont.Several: kont.handlers(echo, look),
        kont.Thread: kont.Thread(name="bob"),
        kont.Tool: add,
        kont.Traceback: failed(),
        kont.Transfer: kont.Transfer(k, 1),
        kont.TransferThrow: kont.TransferThrow(k, ValueError("no")),
        kont.TransferWith: kont.TransferWith(k, program()),
        kont.WithHandler: echo(program()),
        kont.WithObserve: look(program()),
        kont.std.Backoff: kont.std.Backoff(),
        kont.std.Err: kont.std.Err(ValueError("no")),
        kont.std.HttpResponse: kont.std.HttpResponse(200),
        kont.std.Kept: kont.std.Kept(1, None),
        kont.std.Ok: kont.std.Ok(1),
        kont.std.Recorded: kont.std.Recorded(Ask("a")),
    }


# Public classes without an instance that is easily made.
UNSEEN = set()
# Classes of which nobody makes one: bases, protocols, and what only the sandbox and its reports make.
OTHERS = {"kont.Effect", "kont.Performs"}
MODULES_OF_OTHERS = ("kont.sandbox", "kont.tools", "kont.std.stores", "kont.std.caches")


def shown_classes():
    """The public classes that show themselves by what `instances` makes of them."""
    for name, one in classes().items():
        if name in EFFECTS or name in OTHERS or inspect.isabstract(one) or getattr(one, "_is_protocol", False):
            continue
        yield name, one


def test_each_public_class_shows_itself():
    given = instances()
    unseen = {name for name, one in shown_classes() if one not in given and one.__module__ not in MODULES_OF_OTHERS}
    assert unseen <= UNSEEN, f"{unseen - UNSEEN} need an entry in `instances`"
    shown = {one: repr(value) for one, value in given.items()}
    plain = {one.__name__: text for one, text in shown.items() if re.search(r" object at 0x|0x[0-9a-f]{6}", text)}
    assert plain == {}
    assert shown[kont.Program] == "<program program(2)>"
    assert shown[kont.Handler] == "<handler echo>"
    assert shown[kont.Handlers] == "<Cell, handlers of Ask>"
    assert shown[kont.Several] == "kont.handlers(<handler echo>, <observer look>)"
    assert shown[kont.Task] == "<task 2 bob>"
    assert shown[kont.Lock] == "<lock>"
    assert shown[kont.Channel] == "<channel>"
    assert re.fullmatch(r"<kont\.K of Ask\(key='a'\), used by `used\.<locals>\.keep` \(.*:\d+\)>", shown[kont.K])


def test_what_tasks_share_is_shown_with_its_number():
    shown = []

    async def main():
        async with kont.scope() as scope, kont.Lock() as _:
            shown.append(repr(scope))
        lock = kont.Lock()
        shown.append(repr(lock))
        await lock.acquire()
        shown.append(repr(lock))

    kont.run(main())
    assert re.fullmatch(r"<open scope \d+> <lock> <lock \d+>", " ".join(shown))


@pytest.mark.parametrize("cls", [kont.Task, kont.Promise, kont.ExternalPromise, kont.K, kont.Lock, kont.Channel, kont.Event])
@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, pickle.dumps])
def test_what_belongs_to_a_run_is_refused_with_a_sentence(cls, attempt):
    with pytest.raises(TypeError, match="cannot be pickled or copied: .*\nhelp: "):
        attempt(instances()[cls])


@pytest.mark.parametrize("one", [echo, look, Cell, add, program])
def test_handlers_are_pickled_by_name(one):
    assert pickle.loads(pickle.dumps(one)) is one
    assert copy.deepcopy(one) is one


def test_a_handler_that_has_no_name_of_its_own_is_not_pickled():
    with pytest.raises((pickle.PicklingError, AttributeError), match="reader"):
        pickle.dumps(kont.std.reader({}))


def test_programs_are_pickled_by_the_name_of_their_function():
    again = pickle.loads(pickle.dumps(program(x=5)))
    assert repr(again) == "<program program(x=5)>"
    assert kont.run(again) == 5
    spawn = pickle.loads(pickle.dumps(kont.Spawn(program(6), name="six")))
    assert spawn.name == "six"

    async def main():
        return await (await spawn)

    assert kont.run(main()) == 6


# Classes of effects that say something wrong


def mutable():
    class Wrong(kont.Effect[None]):
        items: list = []  # noqa: RUF012 - the mistake


def mutable_field():
    class Wrong(kont.Effect[None]):
        items: dict = dataclasses.field(default={})  # noqa: RUF012 - the mistake


def untyped():
    class Wrong(kont.Effect[None]):
        key = "x"


def untyped_field():
    class Wrong(kont.Effect[None]):
        key = dataclasses.field(default="x")


def order():
    class Wrong(kont.Effect[None]):
        first: int = 1
        second: str


def inherited_order():
    class Base(kont.Effect[None]):
        first: int = 1

    class Wrong(Base):
        second: str


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (mutable, r"would share the default \[\] of `items`\nhelp: write `items: list = dataclasses.field\(default_fac"),
        (mutable_field, r"would share the default \{\} of `items`\nhelp: write `items: dict = "),
        (untyped, r"`key` of the effect `.*Wrong` has no type, .*\nhelp: write `key: SomeType = 'x'`; .*ClassVar"),
        (untyped_field, r"`key` of the effect `.*Wrong` has no type"),
        (order, r"`second` of the effect `.*Wrong` has no default, and `first` before it has one\nhelp: put `second` first"),
        (inherited_order, r"`.*Wrong` has fields without a default, and those of its base class have one\nhelp: "),
    ],
)
def test_a_wrong_class_of_effects_is_refused_where_it_is_made(make, message):
    with pytest.raises(kont.UsageError, match=message):
        make()


def test_what_is_no_field_needs_no_type():
    class Fine(kont.Effect[None]):
        key: str
        LIMIT = 5
        _cache = {}  # noqa: RUF012 - not a field

        @property
        def loud(self):
            return self.key.upper()

        @staticmethod
        def make():
            return Fine("x")

        class Inner:
            pass

    assert Fine.make().loud == "X"
