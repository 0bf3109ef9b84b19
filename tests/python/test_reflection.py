"""Looking at programs that wait or run, and continuations of programs that have not begun."""

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


class Keep(kont.Effect[int]):
    pass


@kont.handler(Ask)
def echo(effect):
    return effect.key


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


@kont.observer()
def look(effect):
    pass


@kont.interceptor()
def leave(effect):
    return effect


@kont.handler(Keep)
def keep(effect, k):
    return [k]


@kont.do
def innermost():
    return 1 + (yield Keep())


@kont.do
def middle():
    return (yield innermost())


def line_of(function, text):
    code = function.__wrapped__.__code__
    with open(code.co_filename, encoding="utf-8") as file:
        lines = file.read().splitlines()
    return next(n for n in range(code.co_firstlineno, len(lines) + 1) if text in lines[n - 1])


def looking(*operations):
    """Looks at a continuation twice, and goes on with it: looking uses nothing up."""

    @kont.do
    def program():
        (k,) = yield keep(look(echo(leave(middle()))))
        answers = []
        for operation in operations:
            answers.append((yield operation(k)))
            assert answers[-1] == (yield operation(k))
            assert not k.used
        result = yield kont.Resume(k, 41)
        return answers, result

    return program()


def test_handlers_of_a_continuation_with_its_own_last():
    (handlers,), result = kont.run(looking(kont.GetHandlers), upper)
    assert handlers == [echo, keep]
    assert result == 42


def test_boundaries_have_observers_and_interceptors_at_their_places():
    (boundaries,), _ = kont.run(looking(kont.GetBoundaries), upper)
    assert boundaries == [leave, echo, look, keep]


def test_traceback_of_a_continuation():
    (places,), _ = kont.run(looking(kont.GetTraceback), upper)
    assert [place.function for place in places] == ["innermost", "middle"]
    assert places[0] == kont.Place("innermost", __file__, line_of(innermost, "Keep()"))
    assert places[1].line == line_of(middle, "innermost()")


def test_traceback_sees_through_yield_from_and_await():
    async def waits():
        return await Keep()

    async def calls():
        return await waits()

    @kont.do
    def delegates():
        yield from helper()

    def helper():
        yield from Keep()

    @kont.do
    def program(inner):
        (k,) = yield keep(inner)
        return [place.function.rpartition(".")[2] for place in (yield kont.GetTraceback(k))]

    assert kont.run(program(calls())) == ["waits", "calls"]
    assert kont.run(program(delegates())) == ["helper", "delegates"]


def test_a_handler_looks_at_its_own_without_naming_it():
    found = []

    @kont.handler(Keep)
    def own(effect, k):
        found.append(((yield kont.GetHandlers()), (yield kont.GetHandlers(k))))
        found.append(((yield kont.GetTraceback()), (yield kont.GetTraceback(k))))
        return (yield kont.Resume(k, 1))

    @kont.handler(Keep)
    def hidden(effect):
        found.append((yield kont.GetBoundaries()))
        return 2

    assert kont.run(echo(middle()), own) == 2
    assert found[0] == ([echo, own], [echo, own])
    assert found[1][0] == found[1][1] != []
    assert kont.run(echo(middle()), hidden) == 3
    assert found[2] == [echo, hidden]


def test_outside_of_a_handler_there_is_none():
    @kont.do
    def program():
        with pytest.raises(kont.UsageError, match="no continuation to look at here"):
            yield kont.GetHandlers()
        return "whole"

    assert kont.run(program()) == "whole"


@pytest.mark.parametrize("operation", [kont.GetHandlers, kont.GetBoundaries, kont.GetTraceback])
def test_one_that_was_used_or_is_foreign(operation):
    @kont.do
    def used():
        (k,) = yield keep(middle())
        yield kont.Resume(k, 1)
        with pytest.raises(kont.ContinuationUsedError, match="used by `.*used`"):
            yield operation(k)

    kont.run(used())

    @kont.do
    def foreign():
        (k,) = yield keep(middle())

        @kont.do
        def other():
            with pytest.raises(kont.ForeignContinuationError):
                yield operation(k)

        kont.run(other())
        return (yield kont.Resume(k, 1))

    assert kont.run(foreign()) == 2


def test_the_execution_context_of_a_program():
    @kont.do
    def inner():
        return (yield kont.GetExecutionContext())

    @kont.do
    def outer():
        return (yield inner())

    context = kont.run(look(echo(outer())), upper)
    assert [place.function.rpartition(".")[2] for place in context.traceback] == ["inner", "outer"]
    assert context.boundaries == (echo, look, upper)
    assert context.handlers == (echo, upper)
    assert context.effect is None


def test_the_execution_context_of_a_handler():
    @kont.handler(Keep)
    def asking(effect, k):
        yield kont.Transfer(k, (yield kont.GetExecutionContext()))

    @kont.do
    def program():
        return (yield Keep())

    context = kont.run(program(), echo, asking, upper)
    assert context.effect == Keep()
    assert context.handlers == (upper,)
    assert context.traceback[0].function.endswith("asking")


def test_a_continuation_from_the_start():
    log = []

    @kont.do
    def begin():
        log.append("begun")
        return (yield Ask("a"))

    @kont.do
    def program():
        k = yield kont.CreateContinuation(begin(), [look, upper])
        assert repr(k) == "<kont.K of a program from its start>"
        assert (yield kont.GetBoundaries(k)) == [look, upper]
        (place,) = yield kont.GetTraceback(k)
        assert place.function.endswith("begin")
        assert log == []
        answer = yield kont.Resume(k, "ignored")
        assert k.used and "used by `" in repr(k)
        with pytest.raises(kont.ContinuationUsedError):
            yield kont.Resume(k)
        return answer

    assert kont.run(program(), echo) == "A"
    assert log == ["begun"]


def test_it_is_transferred_to_called_and_ended_unbegun():
    @kont.do
    def by_transfer():
        k = yield kont.CreateContinuation(Ask("a"))
        yield kont.Transfer(k)
        raise AssertionError("a transfer does not come back")

    @kont.do
    def by_call():
        k = yield kont.CreateContinuation(Ask("a"))
        return (yield k())

    @kont.do
    def by_throw():
        k = yield kont.CreateContinuation(never(), (echo,))
        with pytest.raises(ValueError, match="ended"):
            yield kont.ResumeThrow(k, ValueError("ended"))
        return "whole"

    @kont.do
    def never():
        raise AssertionError("it must not begin")

    assert kont.run(by_transfer(), upper) == "A"
    assert kont.run(by_call(), upper) == "A"
    assert kont.run(by_throw()) == "whole"


def test_a_handler_goes_on_with_one_in_place_of_its_own():
    @kont.handler(Keep)
    def other(effect, k):
        fresh = yield kont.CreateContinuation(Ask("other"))
        return (yield kont.Resume(fresh)), (yield kont.Resume(k, 1))

    assert kont.run(middle(), other, upper) == ("OTHER", 2)


def test_it_begins_in_any_run_and_is_then_of_that_run():
    @kont.do
    def make():
        return (yield kont.CreateContinuation(Ask("a"), [upper]))

    @kont.do
    def use(k):
        return (yield kont.Resume(k))

    assert kont.run(use(kont.run(make()))) == "A"


def test_what_is_no_program_and_no_handler_is_refused_where_it_is_made():
    with pytest.raises(kont.UsageError, match="5 is not a program"):
        kont.CreateContinuation(5)
    with pytest.raises(kont.UsageError, match="5 is not a handler"):
        kont.CreateContinuation(Ask("a"), [5])
    assert repr(kont.GetHandlers()) == "GetHandlers()"
    assert repr(kont.CreateContinuation(Ask("a"), [look])) == "CreateContinuation(Ask(key='a'), (<observer look>,))"
