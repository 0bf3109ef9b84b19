"""The rules of the machine as Python programs see them."""

import copy
import gc
import pickle
import weakref
from dataclasses import dataclass

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


class Tick(kont.Effect[int]):
    pass


@kont.handler(Ask)
def upper(effect):
    return effect.key.upper()


@kont.do
def ask(key):
    answer = yield Ask(key)
    return answer


async def ask_async(key):
    return await Ask(key)


def test_programs_in_every_spelling():
    assert kont.run(ask("a"), upper) == "A"
    assert kont.run(ask_async("a"), upper) == "A"
    assert kont.run(Ask("a"), upper) == "A"
    assert kont.run(upper(Ask("a"))) == "A"
    assert kont.run(kont.WithHandler(upper, ask("a"))) == "A"

    @kont.do
    def all_of_them():
        one = yield ask("a")
        two = yield from ask("b")
        three = yield ask_async("c")
        four = yield from Ask("d")
        five = yield kont.Perform(Ask("e"))
        six = yield kont.Pure(6)
        return one, two, three, four, five, six

    assert kont.run(all_of_them(), upper) == ("A", "B", "C", "D", "E", 6)

    async def awaiting():
        return await ask("a"), await ask_async("b"), await kont.Perform(Ask("c"))

    assert kont.run(awaiting(), upper) == ("A", "B", "C")


def test_a_program_runs_any_number_of_times():
    program = ask("a")
    assert [kont.run(program, upper) for _ in range(3)] == ["A"] * 3


def test_function_k_is_a_transfer_and_resumes_the_same_program():
    @kont.handler(Ask)
    def shout(effect, k):
        return k(effect.key.upper())

    @kont.do
    def loop(n):
        total = 0
        for _ in range(n):
            total += len((yield Ask("ab")))
        return total

    assert kont.run(loop(1000), shout) == 2000


def test_full_handlers_in_both_spellings():
    @kont.handler(Ask)
    def generator(effect, k):
        result = yield kont.Resume(k, effect.key + "!")
        return [result]

    @kont.handler(Ask)
    async def coroutine(effect, k):
        result = await kont.Resume(k, effect.key + "?")
        return [result]

    assert kont.run(ask("a"), generator) == ["a!"]
    assert kont.run(ask("a"), coroutine) == ["a?"]


def test_a_handler_program_without_k_answers_with_its_value():
    @kont.handler(Ask)
    def twice(effect):
        again = yield Ask(effect.key * 2)
        return again + "!"

    assert kont.run(ask("a"), twice, upper) == "AA!"


def test_a_handler_does_not_handle_its_own_effects():
    @kont.handler(Ask)
    def loop(effect, k):
        yield Ask("again")

    with pytest.raises(kont.UnhandledEffect):
        kont.run(ask("a"), loop)


def test_pass_asks_the_next_and_delegate_comes_back():
    seen = []

    @kont.handler(Ask)
    def passing(effect, k):
        seen.append("pass")
        yield kont.Pass()
        raise AssertionError("a handler that passed has ended")

    @kont.handler(Ask)
    def delegating(effect, k):
        answer = yield kont.Delegate()
        yield kont.Transfer(k, answer + "?")

    assert kont.run(ask("a"), passing, delegating, upper) == "A?"
    assert seen == ["pass"]


def test_pass_from_a_program_that_the_handler_called():
    @kont.do
    def helper():
        yield kont.Pass()

    @kont.handler(Ask)
    def through_helper(effect, k):
        yield helper()
        raise AssertionError("the activation is gone")

    assert kont.run(ask("a"), through_helper, upper) == "A"


def test_pass_outside_of_a_handler_is_an_error_at_its_yield():
    @kont.do
    def program():
        with pytest.raises(kont.UsageError):
            yield kont.Pass()
        return "went on"

    assert kont.run(program()) == "went on"


# M1


def test_m1_a_second_use_names_the_first():
    @kont.handler(Ask)
    def twice(effect, k):
        yield kont.Resume(k, 1)
        with pytest.raises(kont.ContinuationUsedError, match=r"by `.*twice` \(.*test_machine.py:\d+\)"):
            yield kont.Resume(k, 2)
        assert k.used
        return "caught"

    assert kont.run(ask("a"), twice) == "caught"


def test_m1_calling_twice():
    @kont.handler(Ask)
    def twice(effect, k):
        k(1)
        return k(2)

    with pytest.raises(kont.ContinuationUsedError):
        kont.run(ask("a"), twice)


def test_m1_pass_after_resume():
    @kont.handler(Ask)
    def late(effect, k):
        yield kont.Resume(k, 1)
        with pytest.raises(kont.ContinuationUsedError):
            yield kont.Pass()
        return "caught"

    assert kont.run(ask("a"), late, upper) == "caught"


def test_m1_no_copies():
    @kont.handler(Ask)
    def keep(effect, k):
        for make in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="Sandbox"):
                make(k)
        yield kont.Transfer(k, "fine")

    assert kont.run(ask("a"), keep) == "fine"


def test_a_foreign_continuation_is_refused_and_stays_whole():
    kept = []

    @kont.handler(Ask)
    def keep(effect, k):
        kept.append(k)

        @kont.do
        def other():
            with pytest.raises(kont.ForeignContinuationError):
                yield kont.Resume(k, "wrong run")

        kont.run(other())
        result = yield kont.Resume(k, "right run")
        return result

    assert kont.run(ask("a"), keep) == "right run"


def test_a_kept_continuation_goes_on_later_in_the_same_run():
    kept = []

    @kont.handler(Ask)
    def park(effect, k):
        kept.append(k)
        return "parked"
        yield

    @kont.do
    def main():
        first = yield park(ask("a"))
        later = yield kont.Resume(kept.pop(), "later")
        return first, later

    assert kont.run(main()) == ("parked", "later")


# M3


def test_m3_a_resumed_program_sees_the_handlers_it_was_captured_with():
    kept = []

    def named(name):
        @kont.handler(Ask)
        def answer(effect):
            return name

        return answer

    @kont.handler(Tick)
    def park(effect, k):
        kept.append(k)
        return None
        yield

    @kont.do
    def body():
        yield Tick()
        inner = yield Ask("a")
        return inner

    @kont.do
    def main():
        yield park(named("captured")(body()))
        k = kept.pop()
        return (yield named("resumer")(resume(k)))

    @kont.do
    def resume(k):
        return (yield kont.Resume(k))

    assert kont.run(main(), named("outermost")) == "captured"


def test_m3_outside_of_its_prompt_it_sees_the_resumers():
    kept = []

    def named(name):
        @kont.handler(Ask)
        def answer(effect):
            return name

        return answer

    @kont.handler(Tick)
    def park(effect, k):
        kept.append(k)
        return None
        yield

    @kont.do
    def body():
        yield Tick()
        return (yield Ask("a"))

    @kont.do
    def main():
        yield named("first")(park(body()))
        return (yield named("second")(kont.Resume(kept.pop())))

    assert kont.run(main()) == "second"


# M6, M7


def test_m6_transfer_in_a_loop_takes_constant_memory():
    import tracemalloc

    @kont.handler(Tick)
    def tick(effect, k):
        yield kont.Transfer(k, 1)

    @kont.do
    def loop(n):
        total = 0
        for _ in range(n):
            total += yield Tick()
        return total

    assert kont.run(loop(100), tick) == 100
    tracemalloc.start()
    try:
        kont.run(loop(2_000), tick)
        _, small = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        kont.run(loop(40_000), tick)
        _, large = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert large < small + 50_000


def test_m6_resume_in_a_loop_is_deep_and_ends():
    @kont.handler(Tick)
    def tick(effect, k):
        return 1 + (yield kont.Resume(k))

    @kont.do
    def loop(n):
        for _ in range(n):
            yield Tick()
        return 0

    assert kont.run(loop(50_000), tick) == 50_000


def test_m7_nested_programs_use_the_heap():
    @kont.do
    def down(n):
        if n == 0:
            return 0
        return 1 + (yield down(n - 1))

    assert kont.run(down(100_000)) == 100_000


def test_m7_nested_handlers_use_the_heap():
    @kont.do
    def down(n):
        if n == 0:
            return (yield Ask("deep"))
        return (yield nothing(down(n - 1)))

    @kont.handler(Tick)
    def nothing(effect):
        return None

    assert kont.run(down(20_000), upper) == "DEEP"


# M8


def test_m8_raised_before_the_use_at_the_performer():
    @kont.handler(Ask)
    def fails(effect, k):
        raise LookupError(effect.key)
        yield

    @kont.handler(Ask)
    def fails_plain(effect, k):
        raise LookupError(effect.key)

    @kont.handler(Ask)
    def fails_function(effect):
        raise LookupError(effect.key)

    @kont.do
    def careful():
        try:
            yield Ask("gone")
        except LookupError as error:
            return f"caught {error}"

    for handler in (fails, fails_plain, fails_function):
        assert kont.run(careful(), handler) == "caught gone"


def test_m8_raised_after_the_use_where_the_handler_is_installed():
    @kont.handler(Ask)
    def fails(effect, k):
        yield kont.Resume(k, 1)
        raise LookupError("late")

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except LookupError:
            return "too deep"

    @kont.do
    def main():
        try:
            yield fails(careful())
        except LookupError as error:
            return f"caught {error} outside"

    assert kont.run(main()) == "caught late outside"


def test_throw_in_both_positions():
    @kont.handler(Ask)
    def throws(effect, k):
        yield kont.TransferThrow(k, KeyError(effect.key))

    @kont.handler(Ask)
    def throws_and_sees(effect, k):
        try:
            yield kont.ResumeThrow(k, KeyError(effect.key))
        except KeyError:
            return "came back"

    @kont.handler(Ask)
    def throws_plain(effect, k):
        return k.throw(KeyError(effect.key))

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except KeyError:
            return "caught"

    assert kont.run(careful(), throws) == "caught"
    assert kont.run(careful(), throws_plain) == "caught"
    assert kont.run(ask("a"), throws_and_sees) == "came back"


# M9


def test_m9_returning_without_k_unwinds_and_performs_what_finally_performs():
    log = []

    @kont.handler(Ask)
    def stop(effect, k):
        return "stopped"
        yield

    @kont.handler(Tick)
    def tick(effect):
        log.append("tick")

    @kont.do
    def body():
        try:
            yield Ask("a")
        finally:
            log.append("finally")
            yield Tick()
            log.append("after")

    assert kont.run(body(), stop, tick) == "stopped"
    assert log == ["finally", "tick", "after"]


def test_m9_with_a_plain_function():
    log = []

    @kont.handler(Ask)
    def stop(effect, k):
        return "stopped"

    async def body():
        try:
            await Ask("a")
        finally:
            log.append("finally")

    assert kont.run(body(), stop) == "stopped"
    assert log == ["finally"]


def test_m9_the_unwinding_cannot_be_swallowed():
    log = []

    @kont.handler(Ask)
    def stop(effect, k):
        return "stopped"

    @kont.do
    def stubborn():
        try:
            yield Ask("a")
        except BaseException as error:
            log.append(type(error))
        log.append("goes on")
        yield Ask("b")
        log.append("too far")

    assert kont.run(stubborn(), stop) == "stopped"
    assert kont.Unwind in log
    assert "too far" not in log


# M12


def test_m12_unhandled_at_the_performer_with_what_was_in_scope():
    @kont.handler(Tick)
    def tick(effect):
        return 1

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except kont.UnhandledEffect as error:
            return error

    error = kont.run(careful(), tick)
    assert error.effect == Ask("a")
    assert error.handlers == (tick,)
    assert "Ask(key='a')" in str(error)
    assert "tick" in str(error)


# Mistakes


@pytest.mark.parametrize("value", [5, "text", object(), [Ask("a")]])
def test_yielding_what_is_no_effect(value):
    @kont.do
    def program():
        try:
            yield value
        except kont.UsageError as error:
            return str(error)

    assert "neither an effect nor a program" in kont.run(program())


def test_yielding_a_function_that_was_not_called():
    @kont.do
    def program():
        yield ask

    with pytest.raises(kont.UsageError, match=r"call it: `yield ask\(\.\.\.\)`"):
        kont.run(program())
    with pytest.raises(kont.UsageError, match=r"call it: `ask\(\.\.\.\)`"):
        kont.run(ask)


def test_returning_an_effect_that_was_not_performed():
    @kont.do
    def program():
        return Ask("a")
        yield

    @kont.do
    def plain():
        return ask("a")

    async def coroutine():
        return Ask("a")

    for made in (program(), plain(), coroutine()):
        with pytest.raises(kont.UsageError, match="not performed"):
            kont.run(made, upper)


def test_mistakes_of_handlers():
    @kont.handler(Ask)
    def passes(effect):
        return kont.Pass()

    @kont.handler(Ask)
    def resumes(effect, k):
        return kont.Resume(k, 1)

    @kont.handler(Ask)
    def forgets(effect, k):
        k(1)

    for handler in (passes, resumes, forgets):
        with pytest.raises(kont.UsageError):
            kont.run(ask("a"), handler)
    with pytest.raises(kont.UsageError, match="is not a handler"):
        kont.run(ask("a"), lambda effect: 1)
    with pytest.raises(kont.UsageError, match="no effect can ever be one"):
        kont.handler(str)
    with pytest.raises(kont.UsageError):
        kont.handler()
    with pytest.raises(kont.UsageError, match="takes"):
        kont.handler(Ask)(lambda: 1)
    with pytest.raises(kont.UsageError):
        kont.Perform(5)


def test_a_plain_handler_may_pass_or_transfer_by_returning_it():
    @kont.handler(Ask)
    def passes(effect, k):
        return kont.Pass()

    @kont.handler(Ask)
    def transfers(effect, k):
        return kont.Transfer(k, "transferred")

    assert kont.run(ask("a"), passes, transfers) == "transferred"


def test_predicates_and_markers_and_several():
    class Marker:
        pass

    class Marked(kont.Effect[str], Marker):
        pass

    @kont.handler(lambda effect: isinstance(effect, Ask) and effect.key == "x", Marker)
    def some(effect):
        return "some"

    assert kont.run(Ask("x"), some) == "some"
    assert kont.run(Marked(), some) == "some"
    assert kont.run(Ask("y"), some, upper) == "Y"


def test_a_predicate_that_raises_raises_at_the_performer():
    def broken(effect):
        raise ZeroDivisionError

    @kont.handler(broken)
    def never(effect):
        raise AssertionError

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except ZeroDivisionError:
            return "caught"

    assert kont.run(careful(), never) == "caught"


def test_resume_with_runs_a_program_where_the_effect_was_performed():
    def named(name):
        @kont.handler(Ask)
        def answer(effect):
            return name

        return answer

    @kont.handler(Tick)
    def there(effect, k):
        yield kont.TransferWith(k, ask("where"))

    @kont.do
    def body():
        return (yield Tick())

    assert kont.run(named("inside")(body()), there, named("outside")) == "inside"


# Observers


def test_observers_see_everything_inside_in_order_and_change_nothing():
    seen = []

    @kont.observer()
    def outer(effect):
        seen.append(("outer", effect))
        return "ignored"

    @kont.observer(Ask)
    def inner(effect):
        seen.append(("inner", effect))

    @kont.handler(Tick)
    def tick(effect):
        return 1

    @kont.do
    def body():
        yield Tick()
        return (yield Ask("a"))

    assert kont.run(body(), inner, tick, outer, upper) == "A"
    assert seen == [("outer", Tick()), ("inner", Ask("a")), ("outer", Ask("a"))]


def test_an_observer_that_raises_raises_at_the_performer():
    @kont.observer(Ask)
    def refuse(effect):
        raise PermissionError(effect.key)

    @kont.do
    def careful():
        try:
            yield Ask("a")
        except PermissionError as error:
            return f"refused {error}"

    assert kont.run(kont.WithObserve(refuse, careful()), upper) == "refused a"


def test_handlers_in_scope_can_be_asked_for():
    @kont.handler(Tick)
    def tick(effect):
        return 1

    @kont.do
    def program():
        return (yield kont.GetOuterHandlers())

    assert kont.run(program(), tick, upper) == [tick, upper]


# Effects


def test_effects_are_values():
    @dataclass(frozen=True)
    class Decorated(kont.Effect[int]):
        a: int
        b: int = 2

    assert Decorated(1) == Decorated(1, 2) != Decorated(2)
    assert hash(Ask("a")) == hash(Ask("a"))
    assert repr(Ask("a")) == "Ask(key='a')"
    with pytest.raises(AttributeError):
        Ask("a").key = "b"
    with pytest.raises(AttributeError):
        del Ask("a").key
    match Ask("a"):
        case Ask(key):
            assert key == "a"


def test_effects_pickle():
    assert pickle.loads(pickle.dumps(Ask("a"))) == Ask("a")
    assert kont.run(pickle.loads(pickle.dumps(kont.Program(ask_plain, ("a",)))), upper) == "A"


def ask_plain(key):
    return (yield Ask(key))


def test_effects_with_default_factories_survive_a_second_decorator():
    from dataclasses import field

    @dataclass(frozen=True)
    class Many(kont.Effect[None]):
        items: list = field(default_factory=list)

    assert Many() == Many([])


def test_effects_with_a_constructor_of_their_own():
    class Odd(kont.Effect[int]):
        def __init__(self, n):
            self.twice = 2 * n

    assert Odd(2).twice == 4


def test_effects_inherit():
    class Base(kont.Effect[int]):
        a: int

    class More(Base):
        b: int

    @kont.handler(Base)
    def add(effect):
        return effect.a + effect.b

    assert kont.run(More(1, 2), add) == 3


# Errors and memory


def test_an_exception_keeps_its_traceback():
    @kont.do
    def inner():
        yield kont.Pure(None)
        raise ValueError("deep")

    @kont.do
    def outer():
        yield inner()

    with pytest.raises(ValueError, match="deep") as caught:
        kont.run(outer())
    names = [entry.name for entry in caught.traceback]
    assert "inner" in names and "outer" in names


def test_nothing_is_leaked_by_a_continuation_in_a_cycle():
    class Thing:
        pass

    refs = []

    @kont.handler(Ask)
    def stop(effect, k):
        thing = Thing()
        thing.k = k
        refs.append(weakref.ref(thing))
        kept.append(thing)
        return "stopped"

    kept = []
    assert kont.run(ask("a"), stop) == "stopped"
    kept.clear()
    gc.collect()
    assert refs[0]() is None


def test_a_run_inside_a_run():
    @kont.handler(Ask)
    def nested(effect):
        return kont.run(ask(effect.key + "b"), upper)

    assert kont.run(ask("a"), nested) == "AB"


def test_stop_iteration_in_a_program():
    @kont.do
    def program():
        raise StopIteration(3)
        yield

    with pytest.raises(RuntimeError, match="StopIteration"):
        kont.run(program())


def test_a_plain_handler_may_run_a_program_where_the_effect_was_performed():
    class Where(kont.Effect[str]):
        pass

    @kont.handler(Where)
    def inside(effect, k):
        return kont.TransferWith(k, ask("x"))

    @kont.handler(Ask)
    def near(effect):
        return "near"

    @kont.do
    def fails():
        yield kont.Pure(None)
        raise ValueError("of the other program")

    @kont.handler(Where)
    def failing(effect, k):
        return kont.TransferWith(k, fails())

    @kont.handler(Where)
    def twice(effect, k):
        kept.append(k)
        return kont.TransferWith(kept[0], ask("x"))

    @kont.do
    def program():
        try:
            return (yield Where())
        except ValueError as error:
            return str(error)

    assert kont.run(near(program()), inside, upper) == "near"
    assert kont.run(program(), failing) == "of the other program"

    kept = []
    with pytest.raises(kont.ContinuationUsedError):
        kont.run(both_of(Where(), Where()), twice, upper)


@kont.do
def both_of(first, second):
    return (yield first), (yield second)


def test_handlers_are_made_while_the_collector_runs():
    # CPython keeps used dicts for the next ones: without them each is an allocation, which may start the collector.
    held = [{} for _ in range(300)]
    thresholds = gc.get_threshold()
    try:
        for each in range(1, 60):
            # Any one of the allocations must be the one that starts it.
            gc.set_threshold(each)
            held += [kont.Handler([("function", (Ask,), (), (), str)], str) for _ in range(200)]
            held += [kont.Observer((Ask,), (), (), str) for _ in range(200)]
    finally:
        gc.set_threshold(*thresholds)
    assert kont.run(held[-1](Ask("a")), held[300]) == "Ask(key='a')"
