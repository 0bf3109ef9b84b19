"""kont.testing: the clock, random numbers, records and scripts of effects, and the explorer of orders."""

import doctest
import importlib
import pickle
import pkgutil

import pytest

import kont
from kont.std import Ask, Get, Http, HttpResponse, Local, Put, RandomInt, Try, http_scripted, reader, state, trying
from kont.testing import (
    Clock,
    Interleaving,
    InterleavingFailed,
    NotDeterministic,
    Recorder,
    RecordError,
    ScriptError,
    SeededRandom,
    expect,
    explore,
    replay,
    script,
    tape,
)


class Say(kont.Effect[None]):
    text: str
    loud: bool = False


@kont.handler(Say)
def quiet(effect):
    return None


async def after(seconds, value=None):
    await kont.Sleep(seconds)
    return value


@pytest.mark.parametrize("name", ["", *(f".{module.name}" for module in pkgutil.iter_modules(kont.testing.__path__))])
def test_the_examples_of_a_module(name):
    done = doctest.testmod(importlib.import_module(f"kont.testing{name}"), optionflags=doctest.ELLIPSIS)
    assert done.failed == 0


def test_every_public_name_has_a_docstring():
    public = [getattr(kont.testing, name) for name in dir(kont.testing) if not name.startswith("_")]
    assert all((thing.__doc__ or "").strip() for thing in public) and len(public) > 15


# The clock.


async def three_naps():
    tasks = [await kont.Spawn(after(seconds)) for seconds in (60, 3600, 5)]
    await kont.Gather(*tasks)
    return await kont.Now(), await kont.Monotonic()


def test_virtual_time_is_what_the_clocks_of_a_run_show():
    assert kont.run(three_naps(), virtual_time=True) == (3600.0, 3600.0)


def test_virtual_time_is_what_the_clocks_show_on_a_running_loop():
    import asyncio

    assert asyncio.run(kont.run_async(three_naps(), virtual_time=True)) == (3600.0, 3600.0)


def test_a_clock_has_a_first_time_and_goes_on_with_the_next_run():
    clock = Clock(start_s=1000.0)
    assert clock.run(three_naps()) == (4600.0, 3600.0)
    assert (clock.passed_s, clock.now_s) == (3600.0, 4600.0)
    assert clock.run(three_naps()) == (8200.0, 7200.0)


def test_the_time_that_passed_until_an_exception_counts():
    async def fails():
        await kont.Sleep(7)
        raise ValueError("after seven seconds")

    clock = Clock()
    with pytest.raises(ValueError, match="seven"):
        clock.run(fails())
    assert clock.passed_s == 7.0


def test_deadlines_are_in_the_time_of_the_clock():
    async def late():
        try:
            async with kont.timeout(30):
                await kont.Sleep(100)
        except TimeoutError:
            return await kont.Now()

    assert Clock(start_s=100.0).run(late()) == 130.0


def test_handlers_of_a_run_in_time_are_those_given_innermost_first():
    assert Clock().run(Ask("a"), reader({"a": 1}), reader({"a": 2})) == 1


# Random numbers.


async def throws():
    return [await RandomInt(1, 10**9) for _ in range(3)]


def test_random_numbers_begin_again_after_a_reset():
    random = SeededRandom(7)
    first, second = kont.run(throws(), random), kont.run(throws(), random)
    random.reset()
    assert kont.run(throws(), random) == first != second
    assert kont.run(throws(), SeededRandom(8)) != first
    assert repr(random) == "SeededRandom(7)"


# The recorder.


async def says():
    await Say("one")
    await Say("two", loud=True)
    return await Ask("a")


@pytest.fixture
def recorder():
    recorder = Recorder()
    assert kont.run(says(), recorder, quiet, reader({"a": 1})) == 1
    return recorder


def test_effects_are_recorded_with_their_answers(recorder):
    assert recorder.effects == list(recorder) == [Say("one"), Say("two", True), Ask("a")]
    assert recorder.of(Say) == [Say("one"), Say("two", True)]
    assert [record.answer for record in recorder.records] == [None, None, 1]
    assert recorder.answer_to(Ask) == recorder.answer_to(Ask("a")) == 1
    assert len(recorder) == 3
    recorder.clear()
    assert len(recorder) == 0 and recorder


def test_assertions_hold(recorder):
    recorder.assert_performed(Say("one"), Say, Ask("a"))
    recorder.assert_in_order(Say, Ask)
    recorder.assert_in_order()
    recorder.assert_includes(Say("one"))
    recorder.assert_includes(Say, times=2)
    recorder.assert_never(Ask("b"))


def test_a_sequence_that_differs_is_shown_with_the_fields(recorder):
    with pytest.raises(RecordError) as caught:
        recorder.assert_performed(Say("one"), Say("two"), Ask)
    assert str(caught.value) == (
        "what was performed differs from what was expected (- expected, + performed)\n"
        "    Say(text='one', loud=False)\n"
        "  - Say(text='two', loud=False)\n"
        "  + Say(text='two', loud=True)\n"
        "      loud: False was expected, True was performed\n"
        "    Ask(key='a')"
    )


def test_what_is_missing_and_what_is_too_much_is_shown(recorder):
    with pytest.raises(RecordError) as caught:
        recorder.assert_performed(Say("zero"), Say("one"), Ask)
    assert str(caught.value).splitlines()[1:] == [
        "  - Say(text='zero', loud=False)",
        "    Say(text='one', loud=False)",
        "  + Say(text='two', loud=True)",
        "    Ask(key='a')",
    ]
    with pytest.raises(RecordError, match=r"\+ Ask"):
        recorder.assert_performed(Say, Say)
    with pytest.raises(RecordError, match="- any Ask"):
        Recorder().assert_performed(Ask)


def test_the_other_assertions_say_what_was_performed(recorder):
    with pytest.raises(RecordError, match=r"any Say was not performed after Ask\(key='a'\)\nperformed:\n    Say"):
        recorder.assert_in_order(Ask("a"), Say)
    with pytest.raises(RecordError, match="the closest: text: 'three' was expected, 'one' was performed"):
        recorder.assert_includes(Say("three"))
    with pytest.raises(RecordError, match="any Say was performed 2 times, and not 1"):
        recorder.assert_includes(Say, times=1)
    with pytest.raises(RecordError, match=r"Say\(text='one', loud=False\) was performed, any Say should never be"):
        recorder.assert_never(Say)
    with pytest.raises(RecordError, match="performed: nothing"):
        Recorder().assert_includes(Say)
    with pytest.raises(RecordError, match=r"Put\(.*\) was not performed"):
        recorder.answer_to(Put("a", 1))


def test_what_is_no_effect_is_refused(recorder):
    with pytest.raises(kont.UsageError, match="5 is no effect and no class of effects"):
        recorder.assert_performed(5)
    with pytest.raises(kont.UsageError, match="is no class of effects"):
        Recorder(Say("one"))


def test_a_recorder_of_some_classes_lets_the_others_pass():
    recorder = Recorder(Ask)
    kont.run(says(), recorder, quiet, reader({"a": 1}))
    recorder.assert_performed(Ask("a"))


def test_an_exception_in_the_place_of_an_answer_is_recorded():
    recorder = Recorder()
    with pytest.raises(kont.MissingKeyError):
        kont.run(says(), recorder, quiet, reader({}))
    assert isinstance(recorder.records[-1].error, kont.MissingKeyError)
    with pytest.raises(RecordError, match="has no answer: MissingKeyError"):
        recorder.answer_to(Ask)


def test_effects_that_carry_a_program_are_recorded_and_run_where_they_were_performed():
    async def inner():
        await Put("n", await Get("n") + 1)
        return await Ask("a")

    async def program():
        return await Try(Local({"a": 2}, inner()))

    recorder = Recorder()
    # The state inside of the recorder is still around what the `Try` runs.
    value = kont.run(state({"n": 1})(program()), recorder, trying, reader({"a": 1}))
    assert value == kont.std.Ok(2)
    assert [type(effect) for effect in recorder] == [Try, Local]
    assert recorder.answer_to(Try) == kont.std.Ok(2)
    assert recorder.answer_to(Local) == 2


def test_tasks_keep_the_handlers_of_their_spawner_and_are_recorded():
    async def child(name):
        await kont.Sleep(1)
        return await Ask(name)

    async def program():
        async with kont.scope():
            one = await kont.Spawn(child("a"))
            two = await kont.Spawn(child("b"))
            return await kont.Gather(one, two)

    recorder = Recorder()
    # The reader is inside of the recorder, for `a`, and another one is outside, for `b`.
    inside = kont.handler(lambda effect: effect == Ask("a"))(lambda effect: "inside")
    assert kont.run(inside(program()), recorder, reader({"b": "outside"}), virtual_time=True) == ["inside", "outside"]
    assert [type(effect).__name__ for effect in recorder] == ["Spawn", "Spawn", "Gather", "Sleep", "Sleep", "Ask"]
    assert recorder.answer_to(kont.Gather) == ["inside", "outside"]


def test_the_recorder_of_std_moves_no_task():
    async def child():
        return await Ask("a")

    async def program():
        async with kont.scope() as scope:
            one = await scope.spawn(child())
            return await one, await (await kont.Spawn(child()))

    inside = kont.handler(Ask)(lambda effect: "inside")
    seen = []
    assert kont.run(inside(program()), kont.std.recorder(seen)) == ("inside", "inside")
    assert [type(record.effect) for record in seen] == [kont.Wait, kont.Wait]
    with pytest.raises(kont.UsageError, match="carries a program"):
        kont.std.recorder(seen, kont.Spawn)


def test_cancelling_is_recorded_as_what_was_raised():
    async def program():
        try:
            async with kont.timeout(1):
                await kont.Sleep(10)
        except TimeoutError:
            return "late"

    recorder = Recorder()
    assert kont.run(program(), recorder, virtual_time=True) == "late"
    assert isinstance(recorder.records[0].error, kont.Cancelled)


# The script.


def test_a_program_that_keeps_to_its_script():
    with script(expect(Say("one")), expect(Say, calls=lambda effect: None), expect(Ask("a"), 5)) as double:
        assert kont.run(says(), double) == 5
        assert double.unused == []
    assert repr(double) == "<Script, 3 of 3 effects performed>"


def test_an_answer_may_be_an_exception():
    async def program():
        try:
            await Ask("a")
        except LookupError as error:
            return str(error)

    assert kont.run(program(), script(expect(Ask, raises=LookupError("gone")))) == "gone"


def test_departing_from_a_script_is_shown_with_the_place_and_the_fields():
    double = script(expect(Say("one")), expect(Say("two")), expect(Ask("a"), 5))
    with pytest.raises(ScriptError) as caught:
        kont.run(says(), double)
    assert str(caught.value) == (
        "the program departs from the script at effect 2\n"
        "  expected:  Say(text='two', loud=False)\n"
        "  performed: Say(text='two', loud=True)\n"
        "    loud: False was expected, True was performed\n"
        "script:\n"
        "    1  Say(text='one', loud=False) -> None\n"
        "  > 2  Say(text='two', loud=False) -> None\n"
        "    3  Ask(key='a') -> 5"
    )
    assert double.unused[0].wanted == Say("two")


def test_departing_is_raised_where_the_effect_was_performed_and_cannot_be_hidden():
    async def program():
        try:
            await Say("nothing of the kind")
        except AssertionError:
            pass
        try:
            await Say("one")
        except ScriptError as error:
            assert "at effect 1" in str(error)
        return "hidden"

    with pytest.raises(ScriptError, match="'nothing of the kind' was performed"), script(expect(Say("one"))) as double:
        assert kont.run(program(), double) == "hidden"


def test_more_than_the_script_has():
    with pytest.raises(ScriptError, match=r"expected:  nothing: the script has ended[\s\S]*> 2  \(end\)"):
        kont.run(says(), script(expect(Say("one"))))


def test_less_than_the_script_has():
    with (
        pytest.raises(ScriptError, match=r"2 of 3 expected effects were not performed\nscript:\n    1 .*\n  > 2 .*\n    3 "),
        script(expect(Say("one")), expect(Say("two")), expect(Ask, 5)) as double,
    ):
        kont.run(Say("one"), double)


def test_what_the_program_raises_is_not_hidden_by_what_is_left():
    with pytest.raises(ZeroDivisionError), script(expect(Say("one"))):
        1 / 0


def test_effects_of_classes_that_a_script_does_not_name_go_outward():
    assert kont.run(says(), script(expect(Say), expect(Say)), reader({"a": 1})) == 1


def test_lines_of_a_script_are_checked():
    with pytest.raises(kont.UsageError, match="one of them"):
        expect(Ask("a"), 5, raises=ValueError())
    with pytest.raises(kont.UsageError, match="is no line of a script"):
        script(Ask("a"))
    with pytest.raises(kont.UsageError, match="'a' is no effect"):
        expect("a")


# The explorer.


async def add(account, amount):
    before = account["sum"]
    await kont.Yield()
    account["sum"] = before + amount


def transfers(*amounts):
    async def program():
        account = {"sum": 0}
        async with kont.scope() as scope:
            for amount in amounts:
                await scope.spawn(add(account, amount))
        assert account["sum"] == sum(amounts)
        return account["sum"]

    return program


async def said():
    """What three tasks say, in the order in which they go on."""
    words = []

    async def say(word):
        words.append(word)

    async with kont.scope() as scope:
        for word in "abc":
            await scope.spawn(say(word))
    return "".join(words)


async def ordered():
    """Fails in one of six orders."""
    words = await said()
    assert words != "cab"
    return words


def test_all_orders_are_tried_if_none_fails():
    seen = []

    async def program():
        seen.append(await said())

    explored = explore(program)
    assert (explored.runs, explored.complete) == (6, True)
    assert sorted(seen) == ["abc", "acb", "bac", "bca", "cab", "cba"]


def test_a_failure_comes_with_the_order_in_which_it_happens_again():
    with pytest.raises(InterleavingFailed) as caught:
        explore(ordered)
    failed = caught.value
    assert isinstance(failed.__cause__, AssertionError)
    assert failed.runs > 1
    assert "help: `kont.testing.replay(make_program, Interleaving(" in str(failed)
    assert failed.tasks == ("main", "say 3", "say 1", "say 2", "main")
    assert f"in the {failed.runs}th order of the tasks that was tried: main, say 3, say 1, say 2, main\n" in str(failed)
    for _ in range(2):
        with pytest.raises(AssertionError) as again:
            replay(ordered, failed.interleaving)
        assert not isinstance(again.value, InterleavingFailed)
    assert replay(ordered, Interleaving()) == "abc"


def test_the_tasks_of_a_long_failure_are_cut_short():
    async def turns():
        for _ in range(20):
            await kont.Yield()

    async def program():
        one = await kont.Spawn(turns(), name="one")
        other = await kont.Spawn(turns(), name="other")
        await kont.Spawn(kont.Yield())
        await kont.Gather(one, other)
        raise ValueError("always")

    with pytest.raises(InterleavingFailed, match=r"that was tried: \(\d+ before\), (one|other|Yield), .*, main\n") as caught:
        explore(program)
    assert caught.value.tasks[:4] == ("main", "one", "other", "Yield")


def test_a_lost_update_is_found():
    with pytest.raises(InterleavingFailed) as caught:
        explore(transfers(1, 2))
    with pytest.raises(AssertionError):
        replay(transfers(1, 2), caught.value.interleaving)
    assert explore(transfers(1)).complete


def test_preemption_has_more_orders():
    async def program():
        said = []

        async def child():
            said.append("child")

        task = await kont.Spawn(child())
        said.append("spawner")
        await task
        assert said == ["spawner", "child"]

    assert explore(program) == kont.testing.Explored(1, complete=True), "a spawner goes on, and nothing is chosen"
    with pytest.raises(InterleavingFailed) as caught:
        explore(program, preempts=True)
    assert caught.value.interleaving.preempts
    with pytest.raises(AssertionError):
        replay(program, caught.value.interleaving)


def test_random_orders_are_tried_when_there_are_too_many():
    async def program():
        said = []

        async def say(word):
            said.append(word)

        async with kont.scope() as scope:
            for word in "abcde":
                await scope.spawn(say(word))
        assert said[0] != "e"

    with pytest.raises(InterleavingFailed) as caught:
        explore(program, runs=5, random_runs=100)
    assert caught.value.runs > 5
    with pytest.raises(AssertionError):
        replay(program, caught.value.interleaving)
    # The same ones for the same seed, others for another one.
    runs = []
    for seed in (1, 1, 2, 3, 4):
        with pytest.raises(InterleavingFailed) as caught:
            explore(program, runs=1, random_runs=1000, seed=seed)
        runs.append(caught.value.runs)
    assert runs[0] == runs[1] and len(set(runs)) > 1
    assert explore(transfers(1), runs=1) == kont.testing.Explored(1, complete=True)


def test_sleeps_take_no_time_and_a_deadlock_is_a_failure():
    async def program():
        lock, other = kont.Lock(), kont.Lock()

        async def both(one, two):
            async with one:
                await kont.Sleep(3600)
                async with two:
                    pass

        async with kont.scope() as scope:
            await scope.spawn(both(lock, other))
            await scope.spawn(both(other, lock))

    with pytest.raises(InterleavingFailed) as caught:
        explore(program)
    assert isinstance(caught.value.__cause__, kont.Deadlock)


def test_a_program_that_is_not_made_anew_is_not_deterministic():
    counts = [1, 2, 3, 4, 5]

    async def program():
        tasks = []
        for _ in range(counts.pop()):
            tasks.append(await kont.Spawn(kont.Yield()))
        await kont.Gather(*tasks)

    with pytest.raises(NotDeterministic, match="choice 1 was among"):
        explore(program)


def test_an_order_of_another_program_is_not_replayed():
    with pytest.raises(NotDeterministic, match="the program has other choices than"):
        replay(transfers(1), Interleaving((1, 0, 1)))


def test_what_makes_no_program_is_refused():
    with pytest.raises(kont.UsageError, match="each run is a new one"):
        explore(Say("one"))
    with pytest.raises(kont.UsageError, match="is no order"):
        replay(transfers(1), (1, 2))
    with pytest.raises(kont.UsageError, match="a `seed` or an `order`"):
        kont.run(Say("one"), quiet, seed=1, order=Interleaving().schedule())


def test_ctrl_c_ends_an_exploration():
    def program():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(program)


def test_an_order_is_a_value():
    order = Interleaving((1, 0, 2), preempts=True)
    assert pickle.loads(pickle.dumps(order)) == order == Interleaving.parse(str(order))
    assert str(order) == "preempts:1.0.2" and str(Interleaving()) == "0"
    assert {order: 1}[Interleaving((1, 0, 2), preempts=True)] == 1
    with pytest.raises(kont.UsageError, match="is no order of tasks"):
        Interleaving.parse("1.x")


def test_a_run_on_a_loop_takes_an_order_too():
    import asyncio

    with pytest.raises(InterleavingFailed) as caught:
        explore(ordered)
    with pytest.raises(AssertionError):
        asyncio.run(kont.run_async(ordered(), order=caught.value.interleaving.schedule()))


# Http.


def test_a_tape_is_written_once_and_then_answers(tmp_path, monkeypatch):
    server = http_scripted({"https://example.org/": [HttpResponse(200, b"hello")]})
    monkeypatch.setattr(kont.std, "http", lambda: server)
    file = tmp_path / "example.jsonl"
    assert kont.run(Http("https://example.org/"), tape(file)).body == b"hello"
    assert kont.run(Http("https://example.org/"), tape(file)).body == b"hello"
    with pytest.raises(kont.std.HttpError, match="the script for"):
        kont.run(Http("https://example.org/"), tape(file, record=True))
