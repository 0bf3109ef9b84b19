"""Operations that carry a program: it runs where they are performed, whatever is installed between, outside and inside."""

import itertools

import pytest

import kont
from kont.std import (
    Ask,
    Cached,
    Err,
    Listen,
    Local,
    Ok,
    Tell,
    Try,
    cache,
    reader,
    retry,
    state,
    trying,
    virtual_clock,
    writer,
)


class Where(kont.Effect[tuple[str, ...]]):
    """Asks every layer around for its name, innermost first."""


def layer(name):
    @kont.handler(Where)
    def told(effect, k):
        further = yield kont.Delegate()
        yield kont.Transfer(k, (name, *further))

    return told


@kont.handler(Where)
def ground(effect):
    return ()


def watching(name, log):
    @kont.observer(Where)
    def watch(effect):
        log.append(name)

    return watch


async def spawned(program):
    return await (await kont.Spawn(program))


async def in_time(program):
    async with kont.timeout(5):
        return await program


# How a program is carried, and what comes of a value then.
CARRIERS = {
    "Try": (Try, Ok),
    "Local": (lambda program: Local({"other": 1}, program), lambda value: value),
    "Listen": (lambda program: Listen(program, types=(Tell,)), lambda value: (value, [])),
    "Cached": (lambda program: Cached("key", program), lambda value: value),
    "Spawn": (spawned, lambda value: value),
    "Scope": (lambda program: kont.Scope(program, timeout=5), lambda value: value),
    "timeout": (in_time, lambda value: value),
    "retry": (lambda program: retry(lambda: program), lambda value: value),
    # The program is the value of the environment that is asked for.
    "lazy value": (lambda program: Ask("lazy"), lambda value: value),
}
LAYERS = ("", "h", "o", "ho", "oh")
carriers = pytest.mark.parametrize("carrier", CARRIERS)


def layers(place, kinds, log):
    """Handlers and observers, innermost first."""
    return [layer(place) if kind == "h" else watching(place, log) for kind in kinds]


def around(program, boundaries):
    for boundary in boundaries:
        program = boundary(program)
    return program


def standard(lazy=None):
    return [reader({"lazy": lazy}), cache(), writer(), state(), trying]


def carried(carrier, program, between, outside):
    carry, _ = CARRIERS[carrier]
    return kont.run(around(carry(program), between), *standard(program), *outside, ground)


@carriers
def test_a_carried_program_is_where_it_was_performed(carrier):
    for inside, between, outside in itertools.product(LAYERS, repeat=3):

        def run(go, inside=inside, between=between, outside=outside):
            log = []
            program = around(Where(), layers("inside", inside, log))
            return go(program, layers("between", between, log), layers("outside", outside, log)), log

        def directly(program, between, outside):
            return kont.run(around(program, between), *standard(), *outside, ground)

        (plain, plain_log), (value, log) = run(directly), run(lambda *parts: carried(carrier, *parts))
        assert value == CARRIERS[carrier][1](plain), (inside, between, outside)
        assert log == plain_log, (inside, between, outside)
        names = [name for name, kinds in zip(("inside", "between", "outside"), (inside, between, outside)) if "h" in kinds]
        assert plain == tuple(names)


@pytest.mark.parametrize(("outer", "inner"), list(itertools.permutations(CARRIERS, 2)))
def test_carriers_carry_each_other(outer, inner):
    if outer == "lazy value":
        program = CARRIERS[inner][0](Where())
        value = carried(outer, program if inner != "lazy value" else Where(), [layer("between")], [layer("outside")])
    else:
        carry, _ = CARRIERS[outer]
        program = around(carry(layer("middle")(CARRIERS[inner][0](Where()))), [layer("between")])
        value = kont.run(program, *standard(Where()), layer("outside"), ground)
    names = ("between", "outside") if outer == "lazy value" else ("middle", "between", "outside")
    assert value == CARRIERS[outer][1](CARRIERS[inner][1](names))


@carriers
def test_the_order_of_the_carriers_handlers_does_not_matter(carrier):
    wanted = CARRIERS[carrier][1](("between",))
    for order in itertools.permutations(standard(Where())):
        carry, _ = CARRIERS[carrier]
        # What was kept for one order is not for the next.
        fresh = [cache() if "cache" in repr(one) else reader({"lazy": Where()}) if "reader" in repr(one) else one for one in order]
        assert kont.run(layer("between")(carry(Where())), *fresh, ground) == wanted


@carriers
def test_an_error_comes_to_the_performer_and_leaves_everything_as_it_was(carrier):
    @kont.do
    def fails():
        yield kont.Pure(None)
        raise LookupError("no")

    @kont.do
    def program():
        before = yield Where()
        try:
            outcome = yield CARRIERS[carrier][0](layer("inside")(fails()))
        except LookupError as error:
            outcome = Err(error)
        return before, outcome, (yield Where())

    handlers = [layer("between"), *standard(layer("inside")(fails())), layer("outside"), ground, virtual_clock()]
    before, outcome, after = kont.run(program(), *handlers)
    assert before == after == ("between", "outside")
    # A retry is of the same program, which cannot end otherwise.
    assert isinstance(outcome.error, LookupError)


@carriers
def test_what_a_handler_carries_sees_what_is_outside_of_the_handler(carrier):
    class Go(kont.Effect[object]):
        pass

    @kont.handler(Go)
    def going(effect):
        return (yield CARRIERS[carrier][0](Where()))

    value = kont.run(layer("in")(Go()), going, layer("between"), *standard(Where()), layer("outside"), ground)
    assert value == CARRIERS[carrier][1](("between", "outside"))


@carriers
def test_an_interceptor_between_rewrites_what_is_performed_inside(carrier):
    class Who(kont.Effect[tuple[str, ...]]):
        pass

    @kont.interceptor(Who)
    def rewriting(effect):
        return Where()

    value = kont.run(rewriting(layer("between")(CARRIERS[carrier][0](Who()))), *standard(Who()), ground)
    assert value == CARRIERS[carrier][1](("between",))


@carriers
def test_a_carried_program_can_be_cancelled_and_cleans_up_there(carrier):
    log = []

    async def waits():
        try:
            await kont.Sleep(60)
        finally:
            log.append(await Where())

    is_lazy = carrier == "lazy value"

    async def program():
        carry, _ = CARRIERS[carrier]
        task = await kont.Spawn(layer("inside")(carry(None if is_lazy else waits())))
        await kont.Sleep(1)
        await kont.Cancel(task)
        await kont.Sleep(1)
        return await Where()

    handlers = [layer("between"), *standard(waits() if is_lazy else None), layer("outside"), ground]
    assert kont.run(program(), *handlers, virtual_clock()) == ("between", "outside")
    assert log == [("inside", "between", "outside")]
