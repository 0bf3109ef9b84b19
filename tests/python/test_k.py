"""The object `k`: it is used again for later effects, and nobody who has one notices."""

import inspect
import weakref

import pytest

import kont


class Ask(kont.Effect[int]):
    number: int


@kont.do
def asking(many):
    total = 0
    for number in range(many):
        total += yield Ask(number)
    return total


def line(offset=0):
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno + offset


def test_what_is_kept_stays_used():
    """One that somebody has is not given to another effect."""
    kept = []

    @kont.handler(Ask)
    def keeps(effect, k):
        kept.append(k)
        return k(effect.number)

    assert kont.run(asking(200), keeps) == sum(range(200))
    assert len({id(k) for k in kept}) == 200
    assert all(k.used for k in kept)
    assert [repr(k) for k in kept[:2]] == [
        f"<kont.K of Ask(number={n}), used by `{keeps.function.__qualname__}` ({__file__}:"
        f"{keeps.function.__code__.co_firstlineno})>"
        for n in (0, 1)
    ]


@pytest.mark.parametrize("waits", [False, True])
def test_a_weak_reference_dies(waits):
    """It never comes to refer to the `k` of a later effect."""
    seen = []

    def note(effect, k):
        # All but the last have ended; in those that wait, the handler itself still has its own.
        alive = [ref for ref in seen if ref() is not None]
        assert len(alive) == (len(seen) if waits else 0)
        seen.append(weakref.ref(k))

    @kont.handler(Ask)
    def ends(effect, k):
        note(effect, k)
        return k(effect.number)
        yield

    @kont.handler(Ask)
    def stays(effect, k):
        note(effect, k)
        return (yield k(effect.number))

    assert kont.run(asking(50), stays if waits else ends) == sum(range(50))
    assert len(seen) == 50
    assert not any(ref() for ref in seen)


@pytest.mark.parametrize("use", [lambda k: k(1), lambda k: kont.Resume(k, 1)])
def test_the_place_is_the_line_of_the_first_use(use):
    lines = []

    @kont.handler(Ask)
    def twice(effect, k):
        unused = 0
        lines.append(line(1))
        yield use(k)
        unused += 1
        with pytest.raises(kont.ContinuationUsedError, match=rf"twice` \({__file__}:{lines[0]}\)"):
            yield kont.Resume(k, 2)
        return "caught"

    assert kont.run(asking(1), twice) == "caught"


def test_the_place_of_a_coroutine():
    lines = []

    @kont.handler(Ask)
    async def twice(effect, k):
        lines.append(line(1))
        await kont.Resume(k, 1)
        with pytest.raises(kont.ContinuationUsedError, match=rf"twice` \({__file__}:{lines[0]}\)"):
            await kont.Resume(k, 2)
        return "caught"

    assert kont.run(asking(1), twice) == "caught"


def test_the_second_call_is_told_of_the_first():
    @kont.handler(Ask)
    def twice(effect, k):
        k(1)
        with pytest.raises(kont.ContinuationUsedError, match="used by the call before this one"):
            k(2)
        return k.throw(ValueError("no")) if effect.number else k

    assert kont.run(asking(1), twice) == 1


def test_calls_of_every_kind():
    @kont.handler(Ask)
    def calls(effect, k):
        with pytest.raises(TypeError, match="2 were given"):
            k(1, 2)
        with pytest.raises(TypeError, match="keyword"):
            k(value=1)
        assert not k.used
        assert k() is k
        return k

    @kont.do
    def program():
        return (yield Ask(0))

    assert kont.run(program(), calls) is None


@pytest.mark.parametrize("operation", [kont.Resume, kont.Transfer])
def test_operations_of_every_kind(operation):
    @kont.handler(Ask)
    def makes(effect, k):
        for arguments in [(), (k, 1, 2), (1, 2), ("k", 1)]:
            with pytest.raises(TypeError):
                operation(*arguments)
        with pytest.raises(TypeError):
            operation(k, 1, value=2)
        return (yield operation(value=effect.number, k=k) if effect.number % 2 else operation(k, effect.number))

    assert kont.run(asking(4), makes) == 6


def test_an_effect_is_let_go_with_its_handler():
    """What a used `k` holds is not held for the next effect."""
    effects = []

    @kont.do
    def program():
        for number in range(3):
            effect = Ask(number)
            effects.append(weakref.ref(effect))
            yield effect
            del effect
            assert effects[-1]() is None

    @kont.handler(Ask)
    def function(effect, k):
        return k(effect.number)

    @kont.handler(Ask)
    def generator(effect, k):
        return k(effect.number)
        yield

    kont.run(program(), function)
    kont.run(program(), generator)
    assert len(effects) == 6


def test_a_function_that_cannot_be_called():
    """The error is raised where the effect was performed."""

    class Broken:
        def __call__(self, effect, k):
            raise ValueError("broken")

    @kont.handler(Ask)
    async def needs_more(effect, k, /):
        return k(1)

    @kont.do
    def program():
        with pytest.raises(ValueError, match="broken"):
            yield Ask(1)
        return "caught"

    assert kont.run(program(), kont.handler(Ask)(Broken())) == "caught"
    assert kont.run(asking(1), needs_more) == 1
