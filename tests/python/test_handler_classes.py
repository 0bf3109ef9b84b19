"""Handler classes, several handlers as one, and filters that are checked where the handler is made."""

import copy
import pickle
from typing import Any, Generic, TypeVar, Union

import pytest

import kont
from kont import std

T = TypeVar("T")


class Get(kont.Effect[int]):
    pass


class Add(kont.Effect[None]):
    amount: int


class Double(kont.Effect[None]):
    pass


class Stop(kont.Effect[None]):
    pass


class Box(kont.Effect[T], Generic[T]):
    value: T


class Counter(kont.Handlers):
    def __init__(self, count=0):
        self.count = count

    @kont.on(Get)
    def get(self, effect):
        return self.count

    @kont.on(Add)
    def add(self, effect, k):
        self.count += effect.amount
        return k()

    @kont.on(Double)
    def double(self, effect):
        yield Add((yield Get()))

    @kont.on(Stop)
    async def stop(self, effect, k):
        return f"stopped at {self.count}"


@kont.do
def count():
    yield Add(1)
    yield Add(2)
    return (yield Get())


def test_every_kind_of_method_shares_the_state():
    counter = Counter(10)
    assert kont.run(count(), counter) == 13
    assert kont.run(counter(count())) == 16
    assert counter.count == 16
    assert kont.run(Stop(), counter) == "stopped at 16"


def test_the_methods_are_one_handler():
    inner, outer = Counter(1), Counter(5)
    # What a method performs goes to the handlers around all of its class.
    kont.run(Double(), inner, outer)
    assert (inner.count, outer.count) == (1, 10)
    with pytest.raises(kont.UnhandledEffect):
        kont.run(Double(), inner)


def test_a_continuation_of_one_method_is_up_to_all_of_them():
    @kont.do
    def stops_inside():
        yield Add(1)
        yield Stop()

    assert kont.run(stops_inside(), Counter()) == "stopped at 1"


def test_methods_can_still_be_called():
    assert Counter(3).get(Get()) == 3


def test_objects_of_one_class_have_nothing_in_common():
    one, two = Counter(), Counter()
    kont.run(count(), one)
    assert (one.count, two.count) == (3, 0)


def test_the_first_method_that_fits_gets_it():
    class Ordered(kont.Handlers):
        @kont.on(lambda effect: isinstance(effect, Add) and effect.amount > 10)
        def much(self, effect):
            return "much"

        @kont.on(Add)
        def any_add(self, effect):
            return "some"

    assert kont.run(Add(11), Ordered()) == "much"
    assert kont.run(Add(10), Ordered()) == "some"
    with pytest.raises(kont.UnhandledEffect):
        kont.run(Get(), Ordered())


def test_what_no_method_wants_goes_on_outward():
    class Small(kont.Handlers):
        @kont.on(lambda effect: isinstance(effect, Add) and effect.amount < 10)
        def small(self, effect):
            return "small"

        @kont.on(Get)
        def get(self, effect):
            return 0

    @kont.handler(Add)
    def rest(effect):
        return "large"

    assert kont.run(Add(10), Small(), rest) == "large"
    assert kont.run(Add(9), Small(), rest) == "small"


def test_a_predicate_of_a_method_that_raises_raises_at_the_performer():
    class Broken(kont.Handlers):
        @kont.on(lambda effect: 1 / 0)
        def broken(self, effect):
            return None

        @kont.on(Get)
        def get(self, effect):
            return 0

    @kont.do
    def careful():
        try:
            yield Get()
        except ZeroDivisionError:
            return "caught"

    assert kont.run(careful(), Broken()) == "caught"


def test_subclasses_add_replace_and_take_away():
    class More(Counter):
        @kont.on(Get)
        def get(self, effect):
            return super().get(effect) * 100

        def stop(self, effect):
            return None

    assert kont.run(count(), More()) == 300
    with pytest.raises(kont.UnhandledEffect):
        kont.run(Stop(), More())


def test_a_class_without_a_marked_method_and_a_class_in_place_of_an_object():
    class Nothing(kont.Handlers):
        pass

    with pytest.raises(kont.UsageError, match="no method of `.*Nothing` handles an effect\nhelp: mark one"):
        kont.run(Get(), Nothing())
    with pytest.raises(kont.UsageError, match=r"is not a handler\nhelp: make one of the class"):
        kont.run(Get(), Counter)
    with pytest.raises(kont.UsageError, match=r"is not a handler\nhelp: make one of the class"):
        kont.handlers(Counter)
    with pytest.raises(kont.UsageError, match=r"help: make one of the class: `Counter\(...\)`"):
        kont.run(Get(), Counter)


@pytest.mark.parametrize("use", [lambda made: kont.run(Get(), made), lambda made: kont.handlers(made), lambda made: kont.WithHandler(made, Get())])
def test_what_makes_handlers_in_place_of_a_handler(use):
    def mine() -> kont.Handler:
        return kont.handler(Get)(lambda effect: 1)

    for made, called in ((std.state, "state"), (std.reader, "reader"), (std.retrying, "retrying"), (mine, "mine")):
        with pytest.raises(kont.UsageError, match=rf"is not a handler\nhelp: it makes handlers: call it, as in `{called}\(...\)`"):
            use(made)
    with pytest.raises(kont.UsageError, match=r"is not a handler\nhelp: decorate a function with"):
        use(lambda effect: 1)
    with pytest.raises(kont.UsageError, match=r"is not a handler\nhelp: make a handler of a function: put `@kont.handler\(Get\)`"):
        use(Get)


def test_mistakes_of_marks():
    with pytest.raises(kont.UsageError, match=r"@kont.on needs what the method handles"):
        kont.on()
    with pytest.raises(kont.UsageError, match=r"takes 1 arguments\nhelp: a handler takes `\(self, effect\)`"):
        kont.on(Get)(lambda self: 0)
    with pytest.raises(kont.UsageError, match="@kont.on marks a method"):
        kont.on(Get)(staticmethod(len))
    with pytest.raises(kont.UsageError, match="only once"):
        kont.on(Get)(kont.on(Add)(lambda self, effect: 0))


def test_it_is_seen_by_its_class():
    @kont.do
    def program():
        (handler,) = yield kont.GetOuterHandlers()
        return handler

    counter = Counter()
    handler = kont.run(program(), counter)
    assert handler.function is counter
    assert "Counter" in repr(handler)
    with pytest.raises(kont.UnhandledEffect, match="innermost first: Counter"):
        kont.run(Box(1), counter)


def test_its_state_is_copied_and_pickled_without_the_handler():
    counter = Counter(1)
    kont.run(Add(1), counter)
    other = copy.copy(counter)
    kont.run(Add(1), counter)
    assert (counter.count, other.count) == (3, 2)
    kont.run(Add(5), other)
    assert (counter.count, other.count) == (3, 7)
    assert pickle.loads(pickle.dumps(counter)).count == 3


# Several as one


@kont.handler(Add)
def tell_get(effect):
    return (yield Get())


@kont.handler(Get)
def one(effect):
    return 1


@kont.handler(Get)
def two(effect):
    return 2


def test_stacked_handlers_are_innermost_first():
    seen = []

    @kont.observer()
    def note(effect):
        seen.append(effect)

    stack = kont.handlers(tell_get, note, one)
    assert kont.run(Add(0), stack, two) == 1
    assert kont.run(stack(Add(0)), two) == 1
    assert kont.run(kont.WithHandler(stack, Add(0))) == 1
    assert seen == [Add(0), Get()] * 3
    assert kont.run(Add(0), kont.handlers(two, kont.handlers(tell_get, one))) == 1
    assert kont.run(Add(0), kont.handlers(kont.handlers(tell_get), Counter(7))) == 7
    assert repr(kont.handlers(one, two)) == "kont.handlers(<handler one>, <handler two>)"


def test_a_stack_in_an_unstarted_continuation():
    @kont.do
    def program():
        k = yield kont.CreateContinuation(Add(0), [kont.handlers(tell_get, one), two])
        assert (yield kont.GetBoundaries(k)) == [tell_get, one, two]
        return (yield kont.Resume(k))

    assert kont.run(program()) == 1


def test_only_handlers_are_stacked():
    with pytest.raises(kont.UsageError, match="5 is not a handler"):
        kont.handlers(one, 5)
    with pytest.raises(TypeError):
        kont.handlers()
    with pytest.raises(kont.UsageError, match="is not a program"):
        kont.handlers(one, two)(5)
    with pytest.raises(kont.UsageError, match="5 is not a handler"):
        kont.WithHandler(5, Get())


# Filters


@pytest.mark.parametrize("wanted", [Get | Add, Union[Get, Add], (Get | Add) | Stop])
def test_unions(wanted):
    @kont.handler(wanted)
    def both(effect):
        return type(effect).__name__

    assert kont.run(Get(), both) == "Get"
    assert kont.run(Add(1), both) == "Add"
    with pytest.raises(kont.UnhandledEffect):
        kont.run(Double(), both)


def test_a_parametrised_class_is_its_class():
    @kont.handler(Box[int] | Get)
    def unpack(effect):
        return effect.value

    assert kont.run(Box("any"), unpack) == "any"


@pytest.mark.parametrize("wanted", [str, int | Get, Exception, None, "Get", Any, 5, [Get]])
@pytest.mark.parametrize("make", [kont.handler, kont.observer, kont.interceptor, kont.on])
def test_what_can_never_fit_is_refused_where_it_is_made(make, wanted):
    with pytest.raises(kont.UsageError, match="help: "):
        make(wanted)


def test_predicates_are_checked_where_they_are_given():
    async def program(effect):
        return True

    with pytest.raises(kont.UsageError, match="cannot be called with the effect alone"):
        kont.handler(lambda: True)
    with pytest.raises(kont.UsageError, match="cannot be called with the effect alone"):
        kont.handler(lambda effect, other: True)
    with pytest.raises(kont.UsageError, match="is a program, and a program is always true"):
        kont.handler(program)
    kont.handler(lambda effect, other=1: True)
    kont.handler(callable)
