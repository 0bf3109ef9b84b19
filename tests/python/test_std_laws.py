"""The laws that reader, state, writer and errors keep, and what holds between them."""

import random

import pytest

import kont
import kont.std
from kont.std import (
    Ask,
    Err,
    Get,
    Listen,
    Local,
    Modify,
    Ok,
    Put,
    Raise,
    Tell,
    Told,
    Try,
    listening,
    reader,
    state,
    trying,
    writer,
)


def run(program, **values):
    return kont.run(program, reader(values), state(), writer(), trying)


@kont.do
def both(first, second):
    return (yield first), (yield second)


@kont.do
def fails(*before):
    for program in before:
        yield program
    raise ValueError("no")


# Reader


def test_asking_twice_gives_the_same_and_changes_nothing():
    assert run(both(Ask("a"), Ask("a")), a=1) == (1, 1)
    assert run(both(Ask("a"), kont.Pure(2)), a=1) == (1, 2)
    assert run(both(Ask("a"), Ask("b")), a=1, b=2) == run(both(Ask("b"), Ask("a")), a=1, b=2)[::-1]


def test_the_mapping_is_copied():
    values = {"a": 1}
    environment = reader(values)
    values["a"] = 2
    assert kont.run(Ask("a"), environment) == 1


def test_any_hashable_key():
    class Service:
        pass

    assert kont.run(both(Ask(Service), Ask((1, "x"))), reader({Service: "s", (1, "x"): "t"})) == ("s", "t")


def test_a_missing_key_is_raised_at_the_asker():
    @kont.do
    def program():
        with pytest.raises(KeyError) as caught:
            yield Ask("hots")
        return caught.value

    error = kont.run(program(), reader({"host": 1}))
    assert isinstance(error, kont.MissingKeyError)
    assert error.key == "hots"
    assert str(error).endswith("help: did you mean 'host'?")
    assert kont.run(Try(Ask("a")), reader({}), trying).error.keys == ()


def test_strict_readers_ask_nobody_else_and_others_do():
    assert kont.run(Ask("b"), reader({"a": 1}, strict=False), reader({"b": 2})) == 2
    with pytest.raises(kont.MissingKeyError):
        kont.run(Ask("b"), reader({"a": 1}), reader({"b": 2}))


def test_local_overrides_what_it_names_and_is_gone_after():
    @kont.do
    def program():
        inside = yield Local({"a": 10}, both(Ask("a"), Ask("b")))
        nested = yield Local({"a": 10}, Local({"b": 20}, both(Ask("a"), Ask("b"))))
        inner = yield Local({"a": 10}, Local({"a": 20}, Ask("a")))
        return inside, nested, inner, (yield Ask("a"))

    assert run(program(), a=1, b=2) == ((10, 2), (10, 20), 20, 1)


def test_local_of_a_value_is_the_value_and_of_nothing_is_nothing():
    assert run(Local({"a": 2}, kont.Pure(3)), a=1) == 3
    assert run(Local({}, Ask("a")), a=1) == 1
    assert run(Local({"a": 2}, Ask("a")), a=1) == run(Local({"a": 2}, kont.Pure(2)), a=1)


def test_local_restores_after_an_error():
    assert run(both(Try(Local({"a": 2}, fails(Ask("a")))), Ask("a")), a=1)[1] == 1


def test_handlers_bear_the_names_of_what_made_them():
    class Other(kont.Effect[None]):
        pass

    with pytest.raises(kont.UnhandledEffect, match="innermost first: reader, reader, state, writer, trying") as caught:
        run(Local({"a": 1}, Other()))
    assert repr(caught.value.handlers[0]) == "<handler reader>"


def test_local_may_name_what_the_reader_does_not_have():
    assert run(Local({"new": 1}, Ask("new"))) == 1


# Lazy values


def counted(log, value, *asks):
    @kont.do
    def program():
        log.append(value)
        total = value
        for ask in asks:
            total += yield ask
        return total

    return program()


def test_a_lazy_value_is_run_once():
    log = []
    assert run(both(Ask("a"), Ask("a")), a=counted(log, 1)) == (1, 1)
    assert log == [1]


def test_a_lazy_value_that_nobody_asks_for_is_not_run():
    log = []
    assert run(Ask("b"), a=counted(log, 1), b=2) == 2
    assert log == []


def test_a_lazy_value_is_run_at_the_place_of_the_asker():
    @kont.handler(Get)
    def between(effect, k):
        return k("from between")

    assert kont.run(between(Ask("a")), reader({"a": Get("x")}), state({"x": "from outside"})) == "from between"


def test_an_error_of_a_lazy_value_reaches_the_asker_and_is_not_kept():
    tried = []

    @kont.do
    def second_time():
        tried.append(1)
        if len(tried) == 1:
            raise OSError("first")
        yield kont.Pure(None)
        return "second"

    first, second = run(both(Try(Ask("a")), Try(Ask("a"))), a=second_time())
    assert isinstance(first.error, OSError)
    assert second == Ok("second")


def test_a_lazy_value_is_run_anew_only_below_a_local_that_it_depends_on():
    log = []
    values = {"x": 1, "y": 1, "a": counted(log, 100, Ask("x"))}

    @kont.do
    def program():
        shared = yield Ask("a")
        other = yield Local({"y": 5}, Ask("a"))
        own = yield Local({"x": 5}, both(Ask("a"), Local({"y": 6}, Ask("a"))))
        return shared, other, own, (yield Ask("a"))

    assert kont.run(program(), reader(values)) == (101, 101, (105, 105), 101)
    assert log == [100, 100]


def test_dependencies_go_through_lazy_values_that_are_kept_already():
    log = []
    values = {"x": 1, "low": counted(log, 10, Ask("x")), "high": counted(log, 100, Ask("low"))}

    @kont.do
    def program():
        yield Ask("low")
        first = yield Ask("high")
        second = yield Local({"x": 2}, Ask("high"))
        return first, second, (yield Ask("high"))

    assert kont.run(program(), reader(values)) == (111, 112, 111)
    assert log == [10, 100, 100, 10]


def test_what_was_first_run_below_a_local_is_not_taken_for_the_whole():
    log = []
    values = {"x": 1, "a": counted(log, 100, Ask("x"))}
    assert kont.run(both(Local({"x": 2}, Ask("a")), Ask("a")), reader(values)) == (102, 101)


def test_a_local_may_override_with_a_lazy_value():
    log = []
    program = Local({"a": counted(log, 7, Ask("x"))}, both(Ask("a"), Ask("a")))
    assert run(program, x=1) == (8, 8)
    assert log == [7]


def test_a_lazy_value_through_a_reader_that_is_not_strict():
    log = []
    outer = reader({"x": 1, "a": counted(log, 100, Ask("x"))})
    assert kont.run(both(Ask("a"), reader({"x": 2}, strict=False)(Ask("a"))), outer) == (101, 102)


def test_a_lazy_value_that_asks_for_itself_is_an_error():
    values = {"a": counted([], 1, Ask("b")), "b": counted([], 1, Ask("a"))}
    with pytest.raises(kont.UsageError, match="'a' -> 'b' -> 'a'"):
        kont.run(Ask("a"), reader(values))


def summing(number, *keys):
    """A lazy value, with what it is made of for the reference below."""

    @kont.do
    def program():
        total = number
        for key in keys:
            total += yield Ask(key)
        return total

    return program(), (number, keys)


def test_random_environments_do_what_running_each_lazy_value_anew_does():
    rng = random.Random(11)

    def layer(size):
        """Values by key, some of them lazy and made of keys further down, and what they mean."""
        values, meaning = {}, {}
        for key in rng.sample(range(8), size):
            if key and rng.random() < 0.6:
                below = rng.sample(range(key), rng.randint(1, min(3, key)))
                values[key], meaning[key] = summing(rng.randrange(100), *below)
            else:
                values[key] = rng.randrange(100)
                meaning[key] = (values[key], ())
        return values, meaning

    def meant(key, layers):
        number, keys = next(one[key] for one in layers if key in one)
        return number + sum(meant(other, layers) for other in keys)

    def body(layers, depth):
        steps, wanted = [], []
        for _ in range(rng.randint(1, 4)):
            if depth and rng.random() < 0.5:
                values, meaning = layer(rng.randint(0, 3))
                inner, inner_wanted = body([meaning, *layers], depth - 1)
                steps.append(Local(values, inner))
                wanted.append(inner_wanted)
            else:
                key = rng.randrange(8)
                steps.append(Ask(key))
                wanted.append(meant(key, layers))

        @kont.do
        def program():
            seen = []
            for step in steps:
                seen.append((yield step))
            return seen

        return program(), wanted

    for _ in range(300):
        values, meaning = layer(8)
        program, wanted = body([meaning], 4)
        assert kont.run(program, reader(values)) == wanted


# State


def test_get_after_put_is_what_was_put():
    assert run(both(Put("a", 1), Get("a"))) == (None, 1)


def test_put_after_get_changes_nothing():
    @kont.do
    def program():
        yield Put("a", 1)
        yield Put("a", (yield Get("a")))
        return (yield Get("a"))

    assert run(program()) == 1


def test_the_last_put_counts_and_cells_do_not_meet():
    @kont.do
    def program():
        yield Put("a", 1)
        yield Put("b", 2)
        yield Put("a", 3)
        return (yield Get("a")), (yield Get("a")), (yield Get("b")), (yield Get("c"))

    assert run(program()) == (3, 3, 2, None)


def test_modify_is_get_then_put():
    initial = {"a": 20}

    @kont.do
    def spelled_out(function):
        yield Put("a", function((yield Get("a"))))
        return (yield Get("a"))

    def double(n):
        return 2 * n

    assert kont.run(both(Modify("a", double), Get("a")), state(initial)) == (40, 40)
    assert kont.run(both(spelled_out(double), Get("a")), state(initial)) == (40, 40)
    assert initial == {"a": 20}


def test_a_function_that_fails_is_raised_at_the_modify_and_changes_nothing():
    def divide(n):
        return n / 0

    tried, value = kont.run(both(Try(Modify("a", divide)), Get("a")), state({"a": 1}), trying)
    assert isinstance(tried.error, ZeroDivisionError)
    assert value == 1


def test_programs_and_effects_are_values_of_cells_like_others():
    assert run(both(Put("a", Ask("x")), Get("a"))) == (None, Ask("x"))


def test_random_programs_do_what_a_dict_does():
    rng = random.Random(7)
    for _ in range(50):
        steps = [(rng.choice("gpm"), rng.choice("ab"), rng.randrange(9)) for _ in range(20)]

        @kont.do
        def program(steps=steps):
            seen = []
            for kind, key, n in steps:
                if kind == "g":
                    seen.append((yield Get(key)))
                elif kind == "p":
                    yield Put(key, n)
                else:
                    seen.append((yield Modify(key, lambda old, n=n: (old or 0) + n)))
            return seen

        cells, wanted = {}, []
        for kind, key, n in steps:
            if kind == "g":
                wanted.append(cells.get(key))
            elif kind == "p":
                cells[key] = n
            else:
                cells[key] = (cells.get(key) or 0) + n
                wanted.append(cells[key])
        assert kont.run(program(), state()) == wanted


# Writer


@kont.do
def tells(*messages):
    for message in messages:
        yield Tell(message)
    return len(messages)


def test_messages_are_kept_in_order():
    messages = []
    assert kont.run(both(tells(1, 2), Told()), writer(messages)) == (2, [1, 2])
    assert messages == [1, 2]


def test_telling_nothing_is_nothing_and_telling_in_parts_is_telling_at_once():
    assert run(both(tells(), Told()))[1] == []
    assert run(both(both(tells(1), tells(2, 3)), Told()))[1] == run(both(tells(1, 2, 3), Told()))[1]


def test_what_was_told_is_a_copy():
    @kont.do
    def program():
        (yield Told()).append("mine")
        return (yield Told())

    assert run(program()) == []


def test_listen_gives_the_value_and_what_was_performed_and_the_writer_hears_it_too():
    assert run(Listen(kont.Pure(1))) == (1, [])
    assert run(both(Listen(tells("a", "b")), Told())) == ((2, [Tell("a"), Tell("b")]), ["a", "b"])


def test_a_nested_listen_hears_its_own_and_the_outer_hears_all():
    @kont.do
    def program():
        yield Tell(1)
        inner = yield Listen(tells(2))
        yield Tell(3)
        return inner

    assert run(Listen(program())) == ((1, [Tell(2)]), [Tell(1), Tell(2), Tell(3)])


def test_listen_to_other_types_and_without_a_writer():
    program = Listen(both(Put("a", 1), Get("a")), types=(Put,))
    assert kont.run(program, listening, state()) == ((None, 1), [Put("a", 1)])


def test_listen_collects_only_on_success():
    tried, told = run(both(Try(Listen(fails(Tell("before")))), Told()))
    assert isinstance(tried, Err)
    assert told == ["before"]


# Errors


def test_try_of_a_value_and_of_an_error():
    error = ValueError("no")
    assert run(Try(kont.Pure(1))) == Ok(1)
    assert run(Try(Raise(error))) == Err(error)
    assert run(Try(Try(Raise(error)))) == Ok(Err(error))
    assert Ok(1).unwrap() == 1
    with pytest.raises(ValueError, match="no"):
        Err(error).unwrap()


def test_raise_is_raised_at_its_performer():
    @kont.do
    def program():
        try:
            yield Raise(LookupError("gone"))
        except LookupError:
            return "caught"

    assert run(program()) == "caught"


def test_try_keeps_what_the_program_has_done():
    tried, value = run(both(Try(fails(Put("a", 1), Tell("b"))), both(Get("a"), Told())))
    assert isinstance(tried.error, ValueError)
    assert value == (1, ["b"])


def test_try_lets_through_what_is_no_exception():
    @kont.do
    def interrupted():
        yield Put("a", 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Try(interrupted()))


def test_try_inside_of_a_handler():
    @kont.handler(Get)
    def careful(effect):
        return (yield Try(fails()))

    assert isinstance(kont.run(Get("a"), careful, trying), Err)


def test_the_programs_may_be_coroutines():
    async def ask():
        return await Ask("a")

    async def program():
        return (
            await Try(ask()),
            await Local({"a": 2}, ask()),
            await Listen(Tell(1)),
        )

    assert run(program(), a=1) == (Ok(1), 2, (None, [Tell(1)]))


# Between them


def test_local_does_not_scope_state_or_messages():
    assert run(both(Local({"a": 2}, both(Put("s", 1), Tell("m"))), both(Get("s"), Told()))) == (
        (None, None),
        (1, ["m"]),
    )


def test_try_restores_the_environment_but_not_the_state():
    @kont.do
    def program():
        yield Try(Local({"a": 2}, fails(Put("s", 1))))
        return (yield Ask("a")), (yield Get("s"))

    assert run(program(), a=1) == (1, 1)


SCOPED = {
    "Try": lambda program: Try(program),
    "Local": lambda program: Local({"unrelated": 0}, program),
    "Listen": lambda program: Listen(program),
}


@pytest.mark.parametrize("scoped", SCOPED.values(), ids=SCOPED)
def test_scoped_programs_see_the_handlers_and_observers_of_the_performer_in_order(scoped):
    class Probe(kont.Effect[str]):
        pass

    def prefix(name):
        @kont.handler(Probe)
        def answer(effect):
            return name + (yield effect)

        return answer

    seen = []

    def watch(name):
        return kont.observer(Probe)(lambda effect: seen.append(name))

    @kont.handler(Probe)
    def last(effect):
        return "."

    program = watch("inner")(prefix("1")(watch("middle")(prefix("2")(scoped(Probe())))))
    result = kont.run(watch("outer")(program), reader({}), state(), writer(), trying, last)
    assert "21." in repr(result), "the handlers between are in the order of the performer's place"
    scoped_seen = list(seen)
    seen.clear()
    plain = watch("inner")(prefix("1")(watch("middle")(prefix("2")(Probe()))))
    assert kont.run(watch("outer")(plain), last) == "21."
    assert scoped_seen == seen, "and the observers see what they would have seen without the scope"


@pytest.mark.parametrize("scoped", SCOPED.values(), ids=SCOPED)
def test_a_scope_is_unwound_with_the_program_around_it(scoped):
    class Stop(kont.Effect[None]):
        pass

    @kont.handler(Stop)
    def stop(effect, k):
        return "stopped"

    @kont.do
    def program():
        try:
            yield Stop()
        finally:
            yield Tell("cleaned up")

    messages = []
    assert kont.run(scoped(program()), stop, reader({}), writer(messages), trying) == "stopped"
    assert messages == ["cleaned up"]


@pytest.mark.parametrize("wrong", [5, fails, ValueError], ids=["number", "function", "class"])
@pytest.mark.parametrize("scoped", SCOPED.values(), ids=SCOPED)
def test_what_is_no_program_is_refused_at_the_performer(scoped, wrong):
    @kont.do
    def program():
        with pytest.raises(kont.UsageError):
            yield scoped(wrong)
        return "went on"

    assert run(program()) == "went on"


@pytest.mark.parametrize("outer", SCOPED.values(), ids=SCOPED)
@pytest.mark.parametrize("inner", SCOPED.values(), ids=SCOPED)
def test_scopes_nest_in_each_other(outer, inner):
    @kont.do
    def program():
        yield Tell((yield Modify("n", lambda n: (n or 0) + 1)))
        return (yield Ask("a"))

    result, told = run(both(outer(inner(program())), both(Get("n"), Told())), a="found")
    assert "found" in repr(result)
    assert told == (1, [1])


def test_the_order_of_handlers_is_the_callers_choice():
    for stack in ([reader({"a": 1}), state(), writer(), trying], [trying, writer(), state(), reader({"a": 1})]):
        program = both(Try(Local({"a": 2}, both(Ask("a"), Put("s", 3)))), Get("s"))
        assert kont.run(program, *stack) == (Ok((2, None)), 3)


def test_many_scopes_one_after_the_other():
    @kont.do
    def program():
        for _ in range(2000):
            yield Try(Local({"a": 2}, Listen(Ask("a"))))
        return (yield Ask("a"))

    assert run(program(), a=1) == 1


def test_scopes_nest_deeper_than_the_stack():
    @kont.do
    def deep(n):
        if n == 0:
            return (yield Ask("a"))
        return (yield Local({"a": n}, Try(deep(n - 1))))

    result = run(deep(3000), a=1)
    for _ in range(3000):
        result = result.value
    assert result == 1


# What is missing


def test_an_effect_without_its_handler_says_which_one_to_install():
    for effect, wanted in {
        Get("a"): "kont.std.state()",
        Tell("a"): "kont.std.writer()",
        Ask("a"): "kont.std.reader(values)",
        Try(Ask("a")): "kont.std.trying",
    }.items():
        with pytest.raises(kont.UnhandledEffect) as caught:
            kont.run(effect)
        assert str(caught.value).endswith(f"as in `kont.run(program, {wanted})`")


def test_every_standard_effect_says_what_answers_it():
    for name in dir(kont.std):
        value = getattr(kont.std, name)
        if isinstance(value, type) and issubclass(value, kont.Effect) and value is not kont.std.Scoped:
            words = value.__kont_handler__.removeprefix("kont.std.").partition("(")[0]
            assert callable(getattr(kont.std, words)), name
