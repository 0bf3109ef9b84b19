"""What the extension does in place of Python: standard handlers that answer natively, coroutines, contexts."""

import contextvars

import pytest

import kont
from kont.std import Ask, Get, Modify, Put, Tell, reader, state, writer


def catching(effect):
    @kont.do
    def program():
        try:
            return (yield effect)
        except Exception as error:
            return type(error)

    return program()


class Special(Get):
    """A kind of `Get`."""


@pytest.mark.parametrize(
    ("effect", "answer"),
    [
        (Get("n"), 1),
        (Get("nothing"), None),
        (Special("n"), 1),
        (Put("n", 2), None),
        (Modify("n", lambda n: n + 1), 2),
        (Get([]), TypeError),
        (Put([], 1), TypeError),
        (Modify([], str), TypeError),
        (Modify("n", lambda n: n / 0), ZeroDivisionError),
    ],
)
def test_state_answers_or_raises_at_the_performer(effect, answer):
    assert kont.run(catching(effect), state({"n": 1})) == answer


def test_a_cell_may_hold_an_effect():
    assert kont.run(Get("n"), state({"n": Ask("x")})) == Ask("x")
    assert kont.run(Modify("n", lambda n: Ask("y")), state({})) == Ask("y")


@pytest.mark.parametrize(("key", "answer"), [("a", 1), ("b", kont.MissingKeyError), ([], TypeError), ("lazy", 3)])
def test_a_reader_answers_or_raises_at_the_performer(key, answer):
    assert kont.run(catching(Ask(key)), reader({"a": 1, "lazy": kont.Pure(3)})) == answer


def test_readers_leave_what_they_do_not_have_to_those_outside():
    assert kont.run(catching(Ask("b")), reader({"a": 1}, strict=False), reader({"b": 2})) == 2


def test_a_list_of_another_class_is_asked_itself():
    class Loud(list):
        def append(self, message):
            super().append(message.upper())

    kept = Loud()
    kont.run(Tell("hello"), writer(kept))
    assert kept == ["HELLO"]


def test_nothing_is_answered_by_a_name_that_is_not_known():
    with pytest.raises(kont.UsageError, match="`fly`"):
        kont.Handler([(("function", "fly", ({},)), (Get,), (), (), print)], print)


VARIABLE = contextvars.ContextVar("VARIABLE", default="outside")


@pytest.mark.parametrize("how", ["returns", "raises", "is cancelled"])
@pytest.mark.parametrize("kind", ["generator", "coroutine"])
def test_the_context_of_a_task_is_left_however_a_step_ends(how, kind):
    def begin():
        assert VARIABLE.get() == "outside"
        VARIABLE.set("inside")

    def end():
        assert VARIABLE.get() == "inside"
        if how == "raises":
            raise ValueError
        return "value"

    @kont.do
    def generator():
        begin()
        yield kont.Yield()
        return end()

    async def coroutine():
        begin()
        await kont.Yield()
        return end()

    @kont.do
    def main():
        task = yield kont.Spawn(generator() if kind == "generator" else coroutine())
        if how == "is cancelled":
            yield kont.Yield()
            yield kont.Cancel(task)
        try:
            found = yield task
        except BaseException as error:
            found = type(error)
        return found, VARIABLE.get()

    wanted = {"returns": "value", "raises": ValueError, "is cancelled": kont.Cancelled}[how]
    assert kont.run(main()) == (wanted, "outside")
    assert VARIABLE.get() == "outside"
