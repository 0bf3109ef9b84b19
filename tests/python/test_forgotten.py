"""What was made to be performed and was dropped: a warning with the line of the statement, and of nothing else."""

import gc
import inspect
import pickle
import subprocess
import sys
import textwrap
import warnings

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def echo(effect):
    return effect.key


@kont.do
def ask(key):
    return (yield Ask(key))


def warned(function, *args):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        function(*args)
        gc.collect()
    return caught


def the_line(function, text):
    lines, first = inspect.getsourcelines(function)
    return next(first + n for n, line in enumerate(lines) if text in line)


def test_a_forgotten_yield_in_front_of_an_effect():
    @kont.do
    def forgets():
        Ask("name")  # forgotten
        yield Ask("other")

    (warning,) = warned(kont.run, forgets(), echo)
    assert warning.category is kont.KontWarning
    assert str(warning.message) == (
        "an effect was made here and dropped: it was never performed\nhelp: write `yield` or `await` in front of it"
    )
    assert (warning.filename, warning.lineno) == (__file__, the_line(forgets.__wrapped__, "# forgotten"))


def test_a_forgotten_await_in_front_of_an_effect():
    async def forgets():
        Ask(key="name")  # forgotten
        return await Ask("other")

    (warning,) = warned(kont.run, forgets(), echo)
    assert warning.lineno == the_line(forgets, "# forgotten")


def test_a_forgotten_yield_in_front_of_a_program():
    @kont.do
    def forgets():
        ask("name")  # forgotten
        return (yield ask("other"))

    (warning,) = warned(kont.run, forgets(), echo)
    assert "the program `ask` was made here and dropped" in str(warning.message)
    assert warning.lineno == the_line(forgets.__wrapped__, "# forgotten")


def test_a_forgotten_yield_in_front_of_an_operation():
    @kont.handler(Ask)
    def forgets(effect, k):
        kont.Transfer(k, "a")  # forgotten
        yield kont.Transfer(k, "b")

    (warning,) = warned(kont.run, ask("a"), forgets)
    assert "the operation `Transfer` was made here and dropped" in str(warning.message)
    assert warning.lineno == the_line(forgets.function, "# forgotten")


def test_a_handler_around_a_program_that_is_not_run():
    def forgets():
        echo(ask("name"))

    (warning,) = warned(forgets)
    assert "the operation `WithHandler`" in str(warning.message)


def test_what_is_no_mistake_is_not_warned_of():
    stack = [Ask("one"), Ask("two")]

    @kont.handler(Ask)
    def full(effect, k):
        yield kont.Transfer(k, effect.key)

    @kont.handler(Ask)
    def returns(effect, k):
        return kont.TransferWith(k, kont.Pure("x")) if effect.key == "with" else kont.Transfer(k, "x")

    def raising():
        raise ValueError

    @kont.handler(Ask)
    def returns_what_fails(effect, k):
        return kont.TransferWith(k, kont.do(raising)())

    @kont.do
    def program():
        yield Ask("performed")
        yield from Ask("performed")
        yield ask("run")
        yield echo(ask("run"))
        unused = Ask("kept")
        unused = None
        return unused

    async def coroutine():
        await Ask("performed")
        await kont.Perform(Ask("performed"))
        await ask("run")

    def values():
        assert Ask("a") == Ask("a")
        assert Ask("a") in {Ask("a"), Ask("b")}
        repr(Ask("a"))
        hash(Ask("a"))
        assert pickle.loads(pickle.dumps(Ask("a"))) == Ask("a")
        stack.pop(0)
        kont.run(Ask("a"), echo)
        kont.run(ask("a"), echo)
        kont.run(program(), full)
        kont.run(Ask("with"), returns)
        kont.run(Ask("without"), returns)
        with pytest.raises(ValueError):
            kont.run(ask("a"), returns_what_fails)
        kont.run(coroutine(), echo)
        assert [Ask(key) for key in "abc"][1:] == [Ask("b"), Ask("c")]

    assert [str(warning.message) for warning in warned(values)] == []


def test_an_exception_that_passes_by_is_kept():
    def raises():
        try:
            raise ValueError("kept")
        finally:
            Ask("name")

    def around():
        with pytest.raises(ValueError, match="kept"):
            raises()

    assert len(warned(around)) == 1


@pytest.mark.parametrize(
    ("options", "wanted"), [([], True), (["-W", "ignore::UserWarning"], False), (["-W", "error"], True)]
)
def test_the_command_line_turns_it_off(tmp_path, options, wanted):
    file = tmp_path / "program.py"
    file.write_text(
        textwrap.dedent("""
            import kont

            class Ask(kont.Effect[str]):
                key: str

            Ask("name")
            print("done")
        """),
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, *options, file], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "done\n"
    assert ("an effect was made here and dropped" in done.stderr) is wanted
    if not options:
        assert f"{file}:7: KontWarning: an effect" in done.stderr


# Mistakes that are errors at their line


@pytest.mark.parametrize("value", [5, "text", [Ask("a")], object()])
def test_yielding_a_value(value):
    @kont.do
    def program():
        try:
            yield value  # wrong
        except kont.UsageError as error:
            return str(error)

    message = kont.run(program())
    assert f"{__file__}:{the_line(program.__wrapped__, '# wrong')}" in message
    assert "is neither an effect nor a program\nhelp: yield an effect or a program" in message


@pytest.mark.parametrize("make", [lambda: Ask("a"), lambda: ask("a"), lambda: kont.Pure(1), lambda: echo(ask("a"))])
def test_returning_what_was_to_be_performed(make):
    @kont.do
    def program():
        yield kont.Pure(None)
        return make()

    async def coroutine():
        return make()

    for made in (program(), coroutine()):
        with pytest.raises(kont.UsageError, match=r"was returned by `.*` .*and not performed\nhelp: `yield` or `await`"):
            kont.run(made, echo)


@pytest.mark.parametrize("make", [lambda: Ask, lambda: ask, lambda: kont.Resume])
def test_yielding_what_was_not_called(make):
    @kont.do
    def program():
        try:
            yield make()  # wrong
        except kont.UsageError as error:
            return str(error)

    message = kont.run(program())
    assert f"{__file__}:{the_line(program.__wrapped__, '# wrong')}" in message
    assert f"help: call it: `yield {make().__name__}(...)`" in message


def returns_early(flag):
    yield kont.Pure(None)
    if flag:
        return None
    return Ask("x")  # the only one that gives more than a constant


def returns_twice(flag):
    yield kont.Pure(None)
    if flag:
        return Ask("x")
    return Ask("y")


async def awaits_nothing():
    await kont.Pure(None)
    return (
        ask("x")  # wrong
    )


async def forgets_another():
    await kont.Pure(None)
    return nothing()  # wrong


async def nothing():
    return None


def plain():
    return Ask("x")


@pytest.mark.parametrize(
    ("function", "what", "mark"),
    [
        (returns_early, "the effect Ask(key='x')", "the only one"),
        (returns_twice, "the effect Ask(key='y')", "def "),
        (awaits_nothing, "the program `ask`", "return ("),
        (forgets_another, "the coroutine `nothing`", "# wrong"),
        (plain, "the effect Ask(key='x')", "def "),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_the_line_of_a_return_that_performs_nothing(function, what, mark, nested):
    arguments = (False,) if function.__code__.co_argcount else ()

    @kont.do
    def around():
        return (yield kont.do(function)(*arguments))

    with warnings.catch_warnings(), pytest.raises(kont.UsageError) as caught:
        warnings.simplefilter("error")
        kont.run(around() if nested else kont.do(function)(*arguments), echo)
    place = f"by `{function.__qualname__}` ({__file__}:{the_line(function, mark)})"
    assert str(caught.value).startswith(f"{what} was returned {place} and not performed\nhelp: `yield` or `await` it")


def test_the_line_of_a_return_in_a_handler():
    @kont.handler(Ask)
    def returns(effect):
        yield kont.Pure(None)
        return kont.Pure("x")  # wrong

    with pytest.raises(kont.UsageError) as caught:
        kont.run(ask("x"), returns)
    assert f"{__file__}:{the_line(returns.function, '# wrong')}) and not performed" in str(caught.value)
