"""What an exception knows of where it comes from: as data, once, whatever the objects around it do."""

import asyncio
import copy
import gc
import pickle
import sys
import traceback
import weakref

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


class Stop(kont.Effect[None]):
    pass


@kont.handler(Ask)
def from_table(effect):
    return {"name": "world"}[effect.key]


@kont.handler(Stop)
def stop(effect):
    return None


@kont.do
def greet(key):
    return "hello " + (yield Ask(key))


@kont.do
def outer(key):
    return (yield greet(key))


def raised(program, *handlers, error=Exception, **options):
    with pytest.raises(error) as caught:
        kont.run(program, *handlers, **options)
    return caught.value


def functions(error):
    return [entry.name for entry in traceback.extract_tb(error.__traceback__)][1:]


def test_the_chain_of_programs_and_the_handler_are_pythons_own_traceback():
    error = raised(outer("nobody"), from_table)
    assert functions(error) == ["outer", "greet", "from_table"]


def test_the_same_is_data():
    known = kont.traceback_of(raised(outer("nobody"), from_table, stop))
    assert [place.function for place in known.places][:3] == ["from_table", "greet", "outer"]
    (performed,) = known.performed
    assert performed.effect == "Ask(key='nobody')"
    assert performed.handler == kont.Place("from_table", __file__, from_table.function.__code__.co_firstlineno)
    assert [place.function for place in known.handlers] == ["from_table", "stop"]
    assert (known.more_handlers, known.tasks, known.more_tasks) == (0, (), 0)


def test_nothing_is_known_of_an_exception_that_no_program_has_raised():
    assert kont.traceback_of(ValueError()) is None


def test_an_exception_is_told_once():
    error = raised(outer("nobody"), from_table)
    notes = list(error.__notes__)
    assert len(notes) == 2

    @kont.do
    def again():
        yield Stop()
        raise error

    assert raised(again(), stop) is error
    assert kont.format_traceback(error).count("while `from_table`") == 1
    assert error.__notes__ == notes


def test_a_note_of_ones_own_stays():
    @kont.do
    def program():
        try:
            yield Ask("nobody")
        except KeyError as error:
            error.add_note("mine")
            raise

    assert raised(program(), from_table).__notes__[0] == "mine"


def test_each_handler_that_an_exception_crosses_is_told():
    @kont.handler(Ask)
    def asking(effect, k):
        return k((yield Ask(effect.key.upper())))

    known = kont.traceback_of(raised(greet("nobody"), asking, from_table))
    told = [(one.effect, one.handler.function.rpartition(".")[2]) for one in known.performed]
    assert told == [("Ask(key='NOBODY')", "from_table"), ("Ask(key='nobody')", "asking")]


def test_a_handler_that_raises_on_purpose_is_told():
    @kont.handler(Ask)
    def refuse(effect, k):
        return k.throw(PermissionError(effect.key))

    @kont.handler(Ask)
    def refuse_later(effect, k):
        yield kont.TransferThrow(k, PermissionError(effect.key))

    for handler in (refuse, refuse_later):
        (performed,) = kont.traceback_of(raised(greet("name"), handler)).performed
        assert performed.effect == "Ask(key='name')"
        assert performed.handler.function.endswith(handler.__name__)


def test_only_the_nearest_handlers_are_named():
    known = kont.traceback_of(raised(greet("nobody"), *[from_table] * 12))
    assert (len(known.handlers), known.more_handlers) == (5, 7)


def test_an_effect_whose_repr_fails_does_not_hide_the_mistake():
    class Shy(kont.Effect[None]):
        def __repr__(self):
            raise RuntimeError("never")

    class Long(kont.Effect[None]):
        def __repr__(self):
            return "long " * 1000

    @kont.handler(Shy, Long)
    def fails(effect):
        return 1 // 0

    shy = raised(Shy(), fails, error=ZeroDivisionError)
    assert "Shy, whose repr raised RuntimeError>" in shy.__notes__[0]
    assert len(kont.traceback_of(raised(Long(), fails, error=ZeroDivisionError)).performed[0].effect) == 120
    assert "whose repr" in str(raised(Shy(), error=kont.UnhandledEffect))


def test_a_class_of_exceptions_may_do_with_attributes_what_it_likes():
    class Strict(Exception):
        def __setattr__(self, name, value):
            raise AttributeError(name)

        def __getattr__(self, name):
            raise RuntimeError(name)

    @kont.do
    def program():
        yield Stop()
        raise Strict()

    assert raised(program(), stop, error=Strict).__notes__ != []


def test_where_a_task_was_spawned():
    async def child():
        raise ValueError("child")

    async def parent():
        task = await kont.Spawn(child(), name="inner")
        return await task

    async def main():
        task = await kont.Spawn(parent())
        return await task

    error = raised(main())
    inner, middle = kont.traceback_of(error).tasks
    assert (inner.name, inner.spawned.function.rpartition(".")[2]) == ("inner", "parent")
    assert inner.spawned.line == parent.__code__.co_firstlineno + 1
    assert (middle.name, middle.spawned.function.rpartition(".")[2]) == (None, "main")
    assert middle.spawned.line == main.__code__.co_firstlineno + 1
    assert [name for name in functions(error) if name in ("main", "parent", "child")] == ["main", "parent", "child"]


def test_a_spawn_inside_of_a_function_that_is_awaited_is_at_its_own_line():
    async def child():
        raise ValueError("child")

    async def helper():
        return await kont.Spawn(child())

    async def main():
        return await (await helper())

    (task,) = kont.traceback_of(raised(main())).tasks
    assert task.spawned.function.endswith("helper")


def test_the_exceptions_of_a_group_do_not_name_the_same_handlers_again():
    async def fails(message):
        try:
            await kont.Yield()
        finally:
            raise ValueError(message)

    async def main():
        async with kont.scope() as s:
            await s.spawn(fails("one"))
            await s.spawn(fails("two"))

    group = raised(main(), stop, error=ExceptionGroup)
    assert "under the handlers" in group.__notes__[0]
    for error in group.exceptions:
        assert [note.split(",")[0].split(" ")[:2] for note in error.__notes__] == [["in", "task"]]
        assert [place.function for place in kont.traceback_of(error).handlers] == ["stop"]


def test_what_the_run_itself_answers_is_told():
    @kont.tool
    def broken(x: int) -> int:
        return x // 0

    error = raised(broken.call(1), error=ZeroDivisionError)
    assert error.__notes__[0].startswith("while performing")
    assert functions(error) == ["broken"]

    async def outside():
        return await kont.run_async(broken.call(1))

    with pytest.raises(ZeroDivisionError) as caught:
        asyncio.run(outside())
    assert caught.value.__notes__[0].startswith("while performing")


def test_no_frame_of_kont_is_left():
    @kont.handler(Ask)
    async def later(effect):
        await asyncio.sleep(0)
        return from_table.function(effect)

    async def inner():
        async with kont.timeout(5):
            return await Ask("nobody")

    async def main():
        task = await kont.Spawn(inner())
        return await kont.Gather(task)

    own = kont.__file__.removesuffix("__init__.py")
    error = raised(main(), later)
    files = [entry.filename for entry in traceback.extract_tb(error.__traceback__)]
    assert set(files) == {__file__}
    assert own not in kont.format_traceback(error)


def test_an_exception_keeps_what_it_knows_as_bytes():
    error = raised(greet("nobody"), from_table)
    again = pickle.loads(pickle.dumps(error))
    assert again.__notes__ == error.__notes__
    assert kont.traceback_of(again).performed == kont.traceback_of(error).performed

    @kont.do
    def caught():
        try:
            yield Ask("nobody")
        except KeyError as error:
            return error

    error = kont.run(caught(), from_table)
    assert kont.traceback_of(pickle.loads(pickle.dumps(error))).performed == kont.traceback_of(error).performed
    assert kont.traceback_of(copy.copy(error)) is not None
    assert not hasattr(error, "__notes__")


def test_a_value_in_place_of_a_value_is_explained():
    @kont.do
    def forgets():
        yield Stop()
        return Ask("name") + "!"

    @kont.do
    def forgets_program():
        yield Stop()
        return greet("name").upper()

    assert "help: the effect `Ask` was not performed: write `yield` or `await` in front of it" in raised(forgets(), stop).__notes__
    assert "help: a program was not performed: write `yield` or `await` in front of it" in raised(forgets_program(), stop).__notes__

    @kont.do
    def innocent():
        yield Stop()
        return "a" + 1

    assert not any("help" in note for note in raised(innocent(), stop).__notes__)


def test_an_exception_that_has_left_holds_no_handler():
    @kont.handler(Ask)
    def gone(effect):
        raise ValueError(effect.key)

    watch = weakref.ref(gone.function)
    error = raised(greet("name"), gone).with_traceback(None)
    del gone
    gc.collect()
    assert watch() is None
    assert kont.traceback_of(error) is not None


def test_nothing_is_printed(capfd):
    raised(greet("nobody"), from_table)
    sys.stdout.flush()
    assert capfd.readouterr() == ("", "")


def test_an_observer_that_raises_is_told():
    @kont.observer(Ask)
    def watch(effect):
        raise ValueError(effect.key)

    (performed,) = kont.traceback_of(raised(greet("name"), watch, from_table)).performed
    assert performed.handler.function.endswith("watch")


def test_run_async_is_a_coroutine_that_does_not_show():
    async def main():
        running = kont.run_async(greet("nobody"), from_table)
        assert asyncio.iscoroutine(running)
        task = asyncio.create_task(running, name="greeting")
        with pytest.raises(KeyError) as caught:
            await task
        assert functions(caught.value)[-2:] == ["greet", "from_table"]
        assert await kont.run_async(greet("name"), from_table) == "hello world"

        waits = asyncio.create_task(kont.run_async(kont.Sleep(60)))
        await asyncio.sleep(0)
        assert waits.get_coro().cr_frame is not None
        waits.cancel()
        with pytest.raises(asyncio.CancelledError) as ended:
            await waits
        return ended.value

    own = kont.__file__.removesuffix("__init__.py")
    assert own not in "".join(traceback.format_exception(asyncio.run(main())))


def test_a_value_whose_repr_fails_does_not_hide_what_is_wrong_with_it():
    class Shy:
        def __repr__(self):
            raise RuntimeError("never")

    @kont.do
    def yields():
        yield Shy()

    with pytest.raises(kont.UsageError, match=r"Shy.* was yielded by .*yields"):
        kont.run(yields())
    with pytest.raises(kont.UsageError, match=r"^.{120}\.\.\. is not a program"):
        kont.run("long" * 1000)


def test_an_effect_that_nobody_handles_is_what_was_being_performed():
    known = kont.traceback_of(raised(greet("name"), stop, error=kont.UnhandledEffect))
    assert known.performed == (kont.tracebacks.PerformedEffect("Ask(key='name')", None),)
    assert [place.function for place in known.handlers] == ["stop"]


def test_a_return_that_was_meant_to_perform_is_at_its_line():
    @kont.do
    def returns(now):
        if now:
            return None
        yield Stop()
        return Ask("name")

    @kont.do
    def several(now):
        if now:
            return Ask("now")
        yield Stop()
        return Ask("name")

    first = returns.__wrapped__.__code__.co_firstlineno
    with pytest.raises(kont.UsageError, match=rf"was returned by .*returns. \(.*:{first + 5}\)"):
        kont.run(returns(False), stop)
    first = several.__wrapped__.__code__.co_firstlineno
    with pytest.raises(kont.UsageError, match=rf"was returned by .*several. \(.*:{first}\)"):
        kont.run(several(False), stop)


def test_what_passes_through_a_handler_that_has_resumed_is_not_about_its_effect():
    @kont.handler(Stop)
    def waits(effect, k):
        return (yield kont.Resume(k, None))

    @kont.handler(Stop)
    def fails_later(effect, k):
        yield kont.Resume(k, None)
        raise ValueError("later")

    @kont.do
    def program(key):
        yield Stop()
        yield Stop()
        return (yield Ask(key))

    error = raised(program("nobody"), waits, from_table)
    assert [one.effect for one in kont.traceback_of(error).performed] == ["Ask(key='nobody')"]
    assert functions(error) == ["waits", "waits", "program", "from_table"]
    error = raised(program("name"), fails_later, from_table)
    assert [one.effect for one in kont.traceback_of(error).performed] == ["Stop()"]


def test_no_frame_of_trio_is_left_between_a_program_and_what_it_awaits():
    trio = pytest.importorskip("trio", reason="trio is not installed: setup brings it where it runs")

    async def fails():
        await trio.sleep(0)
        return {}["trio"]

    async def child():
        return await fails()

    async def program():
        task = await kont.Spawn(child())
        return await task

    async def main():
        await kont.run_async(program())

    with pytest.raises(KeyError) as caught:
        trio.run(main)
    names = functions(caught.value)
    assert names[names.index("main") + 1 :] == ["program", "child", "fails"]
