"""Interceptors: what they may put in place of an effect, in which order, and how far they reach."""

import inspect

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


class Tell(kont.Effect[None]):
    text: str


@kont.handler(Ask)
def echo(effect):
    return effect.key


def adding(mark):
    @kont.interceptor(Ask)
    def add(effect):
        return Ask(effect.key + mark)

    return add


@kont.do
def ask(key):
    return (yield Ask(key))


def test_it_replaces_the_effect_that_handlers_see():
    assert kont.run(ask("a"), adding("!"), echo) == "a!"
    assert kont.run(adding("!")(ask("a")), echo) == "a!"


def test_the_innermost_comes_first_and_each_sees_what_the_one_before_let_go_on():
    seen = []

    @kont.observer()
    def note(effect):
        seen.append(effect.key)

    assert kont.run(ask("a"), note, adding("1"), note, adding("2"), note, echo) == "a12"
    assert seen == ["a", "a1", "a12"]


def test_inner_handlers_get_what_outer_interceptors_made_of_it():
    assert kont.run(ask("a"), echo, adding("!")) == "a!"


def test_another_class_of_effects_goes_to_its_own_handlers():
    told = []

    @kont.handler(Tell)
    def tell(effect):
        told.append(effect.text)

    @kont.interceptor(Ask)
    def telling(effect):
        return Tell(effect.key)

    assert kont.run(ask("a"), telling, echo, tell) is None
    assert told == ["a"]


def test_the_same_effect_goes_on_as_it_is():
    @kont.interceptor()
    def leave(effect):
        return effect

    effect = Ask("a")
    got = []

    @kont.handler(Ask)
    def identity(effect):
        got.append(effect)

    kont.run(effect, leave, identity)
    assert got[0] is effect


@pytest.mark.parametrize("value", [None, 5, "text", Ask])
def test_what_is_no_effect_is_an_error_at_the_performer(value):
    @kont.interceptor(Ask)
    def wrong(effect):
        return value

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except kont.UsageError as error:
            return str(error)

    message = kont.run(careful(), wrong, echo)
    assert "the interceptor `" in message and "wrong` returned " in message
    assert repr(value) in message and "Ask(key='a')" in message
    assert "help: return the effect itself" in message


def test_what_it_raises_is_raised_at_the_performer():
    @kont.interceptor(Ask)
    def refuse(effect):
        raise PermissionError(effect.key)

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except PermissionError as error:
            return f"refused {error}"

    assert kont.run(careful(), refuse, echo) == "refused a"


def test_it_stays_around_a_program_that_waits():
    @kont.do
    def program():
        one = yield Ask("a")
        yield Tell("wait")
        two = yield Ask("b")
        return one + two

    @kont.handler(Tell)
    def keep(effect, k):
        return [k]

    @kont.do
    def later():
        (k,) = yield keep(adding("!")(program()))
        return (yield kont.Resume(k))

    assert kont.run(later(), echo) == "a!b!"


def test_it_does_not_reach_programs_around_it():
    @kont.do
    def program():
        inside = yield adding("!")(ask("a"))
        outside = yield Ask("b")
        return inside, outside

    assert kont.run(program(), echo) == ("a!", "b")


def test_effects_of_a_handler_inside_of_it_are_seen():
    @kont.handler(Tell)
    def asking(effect):
        answer = yield Ask(effect.text)
        return answer

    assert kont.run(Tell("a"), asking, adding("!"), echo) == "a!"
    assert kont.run(Tell("a"), adding("!"), asking, echo) == "a"


def test_the_operation_observes_or_rewrites():
    seen = []
    rewrite = kont.WithIntercept(lambda e: Ask(e.key + "!"), ask("a"), Ask, mode="rewrite")
    assert kont.run(rewrite, echo) == "a!"
    assert kont.run(kont.WithIntercept(seen.append, ask("a"), (Ask, Tell)), echo) == "a"
    assert kont.run(kont.WithIntercept(seen.append, ask("b"), Tell), echo) == "b"
    assert kont.run(kont.WithIntercept(seen.append, ask("c")), echo) == "c"
    assert seen == [Ask("a"), Ask("c")]


def test_mistakes_are_told_where_it_is_made():
    def program(effect):
        yield effect

    async def coroutine(effect):
        return effect

    with pytest.raises(kont.UsageError, match="there is no mode 'change'\nhelp: "):
        kont.WithIntercept(lambda e: e, ask("a"), mode="change")
    with pytest.raises(kont.UsageError, match="is not a program"):
        kont.WithIntercept(lambda e: e, 5)
    with pytest.raises(kont.UsageError, match="an interceptor takes the effect and nothing else"):
        kont.interceptor(Ask)(lambda effect, k: effect)
    for function in (program, coroutine):
        assert inspect.isfunction(function)
        with pytest.raises(kont.UsageError, match="the interceptor `.*` is a program"):
            kont.interceptor(Ask)(function)
        with pytest.raises(kont.UsageError, match="the observer `.*` is a program"):
            kont.observer(Ask)(function)


def test_it_shows_what_it_is():
    assert repr(adding("!")).startswith("<interceptor ") and repr(adding("!")).endswith("add>")
