"""Wrong arguments: every public name says what it takes, as an exception of Python with a sentence, and nothing panics."""

import asyncio
import inspect
import math
import warnings

import pytest

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def ask(effect):
    return effect.key


class Unshowable:
    def __repr__(self):
        raise ZeroDivisionError("a repr that fails")


PUBLIC = [name for name in sorted(dir(kont)) if not name.startswith("_") and not inspect.ismodule(getattr(kont, name))]
CALLED = [name for name in PUBLIC if callable(getattr(kont, name))]
WRONG = [
    (),
    (None,),
    (5,),
    (-1,),
    (10**400,),
    (math.nan,),
    (math.inf,),
    ("text",),
    ([],),
    ([1],),
    (object(),),
    (print,),
    (int,),
    (ask,),
    (ask, 5),
    (ask, None),
    (None, None),
    ("text", 5),
    (5, "text"),
    (lambda: 1,),
    (Ask,),
    (kont.Pure(1),),
    (tuple(range(9))),
]
# What these say is Python's own, and says what it is about.
OWN = {
    "Race": ValueError,
    "Sandbox": SyntaxError,
}


async def awaited(awaitable):
    return await awaitable


def kind(one):
    return type(one).__name__


def issubclass_of(name, base):
    made = getattr(kont, name)
    return isinstance(made, type) and issubclass(made, base)


def call(name, args, kwargs):
    """What a call gives, or raises, and what performing that does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = getattr(kont, name)(*args, **kwargs)
        if isinstance(made, (kont.Effect, kont.Operation, kont.Program)):
            kont.run(made, virtual_time=True)
        elif inspect.isawaitable(made):
            asyncio.run(awaited(made))


@pytest.mark.parametrize("name", CALLED)
def test_wrong_arguments_are_refused_with_a_sentence(name):
    refused = 0
    for args in WRONG:
        try:
            call(name, args, {})
        except (TypeError, kont.KontError, OWN.get(name, kont.KontError)) as error:
            refused += 1
            assert len(str(error).split()) >= 3 or issubclass_of(name, BaseException), (args, error)
    # A few take anything, and nearly nothing takes all of these.
    assert refused or issubclass_of(name, BaseException), name


# The constructors of exceptions are Python's.
@pytest.mark.parametrize("name", [name for name in CALLED if not issubclass_of(name, BaseException)])
def test_a_keyword_that_is_not_there_is_refused(name):
    for args in WRONG:
        with pytest.raises((TypeError, kont.UsageError)):
            call(name, args, {"nonsense": 1})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: kont.Sleep("5"), "a time is a number of seconds, and not '5'"),
        (lambda: kont.Sleep(math.nan), "a time is a number of seconds, and not nan"),
        (lambda: kont.Scope(kont.Pure(1), timeout="5"), "a time is a number of seconds, and not '5'"),
        (lambda: kont.RandomBytes(-1), "`RandomBytes` takes how many bytes there are to be, not -1"),
        (lambda: kont.Await(kont.Pure(1)), "`Await` is for other libraries, and Pure(1) is performed"),
        (lambda: kont.Await(5), "int"),
        (lambda: kont.Wait(kont.Pure(1)), "Pure(1) is neither a task nor a promise"),
        (lambda: kont.Gather([1]), "[1] is neither a task nor a promise"),
        (lambda: kont.Spawn(5), "5 is not a program"),
        (lambda: kont.Spawn(len), "call it: `len(...)`"),
        (lambda: kont.tool(5), "a tool is made of a function, not of 5"),
        (lambda: kont.tool(int), "`int` does not tell what it takes"),
        (lambda: kont.tool(nam="x"), "@kont.tool has no option 'nam': there are name, where"),
        (lambda: kont.ToolCall("add"), "a call is of a tool, and 'add' is none"),
        (lambda: kont.summary(5), "@kont.summary is put on a function, not on 5"),
        (lambda: kont.Semaphore("5"), "a semaphore has at least one permit, not '5'"),
        (lambda: kont.Channel(1.5), "not for 1.5"),
        (lambda: kont.Effect(), "an effect says what it is by its class"),
        (lambda: kont.do(5), "@kont.do needs a function, not 5"),
        (lambda: kont.handlers(5), "5 is not a handler"),
        (lambda: kont.ResumeThrow(5, 5), "K"),
    ],
)
@pytest.mark.parametrize("virtual", [True, False], ids=["virtual time", "real time"])
def test_what_is_said_of_usual_mistakes(make, message, virtual):
    with pytest.raises((TypeError, kont.KontError)) as found:
        kont.run(make(), virtual_time=virtual)
    assert message in str(found.value)


@pytest.mark.parametrize("wrong", [None, 5, "text", object(), print, kont.run, Ask, ask, [], Unshowable()], ids=kind)
def test_what_is_no_program_is_refused_wherever_programs_are_taken(wrong):
    @kont.do
    def yields():
        yield wrong

    async def awaits():
        await kont.Spawn(wrong)

    takers = [
        lambda: kont.run(wrong),
        lambda: kont.run(yields()),
        lambda: kont.run(awaits()),
        lambda: ask(wrong),
        lambda: kont.WithHandler(ask, wrong),
        lambda: kont.WithObserve(kont.observer(Ask)(print), wrong),
        lambda: kont.CreateContinuation(wrong, []),
        lambda: kont.run(kont.Scope(wrong)),
    ]
    for taker in takers:
        with pytest.raises((TypeError, kont.KontError, ZeroDivisionError)) as found:
            taker()
        assert str(found.value)


@pytest.mark.parametrize("wrong", [None, 5, "text", object(), print, Ask, kont.Handlers, [ask], Unshowable()], ids=kind)
def test_what_is_no_handler_is_refused_wherever_handlers_are_taken(wrong):
    takers = [
        lambda: kont.run(Ask("a"), wrong),
        lambda: kont.run(Ask("a"), ask, wrong),
        lambda: kont.handlers(ask, wrong),
        lambda: kont.run(kont.WithHandler(wrong, Ask("a"))),
        lambda: kont.run(kont.CreateContinuation(Ask("a"), [wrong])),
    ]
    for taker in takers:
        with pytest.raises((TypeError, kont.KontError, ZeroDivisionError)):
            taker()
