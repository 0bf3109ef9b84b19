"""The plugin of pytest as pytest loads it: options, marks and fixtures. Imports nothing of kont until a test uses it.

It is a package of its own because importing `kont` loads the extension, and every session of pytest imports this.
What it does is in `kont.testing.plugin`.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from kont.testing import Clock, Recorder, SeededRandom
    from kont.testing.plugin import Explorer

__all__: list[str] = []

MARKERS = (
    "kont: run this `async def` test as a program of kont. Tests under `@kont.do` need no mark.",
    "kont_explore(runs=1000, random_runs=1000, seed=1, preempts=False): run this test, which is a program, in many "
    "orders of its tasks: all of them up to `runs`, and then `random_runs` random ones.",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("kont", "kont: tests that are programs")
    group.addoption(
        "--kont-seed",
        type=int,
        metavar="N",
        help="The seed of the fixture `kont_random`, in place of the one that each test has by its name.",
    )
    group.addoption(
        "--kont-explore-runs",
        type=int,
        metavar="N",
        help="How many orders of tasks a test that explores them tries one after the other, and then at random again, "
        "in place of what the test says.",
    )
    group.addoption(
        "--kont-replay",
        metavar="ORDER",
        help="Run the tests that explore orders of tasks in this order only. A test that fails shows its order.",
    )
    parser.addini(
        "kont_mode",
        "Which `async def` tests are programs of kont: `strict`, those with the mark `kont`; `auto`, all that have no "
        "mark of another plugin (asyncio, anyio, trio). Tests under `@kont.do` are programs in both.",
        default="strict",
    )


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    mode = config.getini("kont_mode")
    if mode not in ("strict", "auto"):
        raise pytest.UsageError(f"kont_mode is `{mode}`; it is `strict` or `auto`")
    runs = config.getoption("--kont-explore-runs")
    if runs is not None and runs < 1:
        raise pytest.UsageError(f"--kont-explore-runs is {runs}; a test is run at least once")
    order = config.getoption("--kont-replay")
    if order is not None:
        from kont.errors import UsageError
        from kont.testing import Interleaving

        try:
            Interleaving.parse(order)
        except UsageError as error:
            raise pytest.UsageError(f"--kont-replay: {error}") from None


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class, name: str, obj: object
) -> Generator[None, Any, Any]:
    # The last wrapper is the innermost one: what it gives, other plugins get, who would run `async def` themselves.
    function = obj.__func__ if isinstance(obj, (staticmethod, classmethod)) else obj
    if not (inspect.isfunction(function) and collector.istestfunction(obj, name) and _is_program(collector, name, function)):
        return (yield)
    # By its name, so that a parametrised one parametrises the test.
    pytest.mark.usefixtures("kont_handlers")(function)
    found = yield
    from kont.testing import plugin

    for node in found if isinstance(found, list) else [found]:
        if isinstance(node, pytest.Function):
            plugin.take_over(node)
    return found


def _is_program(collector: pytest.Collector, name: str, function: Any) -> bool:
    """Whether a test is to be run by kont. What is no program is refused if it has our marks."""
    inner = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    own = {mark.name for mark in getattr(function, "pytestmark", ())}
    marked = "kont" in own or "kont_explore" in own or collector.get_closest_marker("kont") is not None
    others = own & {"asyncio", "anyio", "trio"}
    if getattr(inner, "__kont_do__", False):
        if others:
            pytest.fail(f"`{name}` is a program of kont: it cannot have the mark `{others.pop()}`", pytrace=False)
        return True
    if inspect.iscoroutinefunction(inner):
        if own & {"kont", "kont_explore"} and others:
            pytest.fail(f"`{name}` has the marks of kont and of `{others.pop()}`: one of them runs it", pytrace=False)
        return not others and (marked or collector.config.getini("kont_mode") == "auto")
    if own & {"kont", "kont_explore"}:
        kind = "a generator" if inspect.isgeneratorfunction(inner) else "a plain function"
        help = "put `@kont.do` on it" if kind == "a generator" else "make it `async def`, or a generator under `@kont.do`"
        pytest.fail(f"`{name}` has a mark of kont, and is {kind}\nhelp: {help}", pytrace=False)
    return False


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    function = fixturedef.func
    if not getattr(function, "__kont_do__", False):
        return (yield)
    from kont.testing import plugin

    fixturedef.func = plugin.fixture(function, request)
    try:
        return (yield)
    finally:
        fixturedef.func = function


@pytest.fixture(scope="session")
def kont_handlers() -> Any:
    """The handlers around a test that is a program, innermost first: one, a list of them, or a function that makes these.

    Override it in a module or in conftest.py; with `params=` the test is run under each. A function is called for each
    run of the test, so that its handlers begin anew when the test is run many times.
    """
    return ()


@pytest.fixture
def kont_clock() -> Clock:
    """The time of the test: it jumps when all tasks wait, and begins with 0. `kont_clock.run(program, ...)` in plain tests."""
    from kont.testing import Clock

    return Clock()


@pytest.fixture
def kont_random(request: pytest.FixtureRequest) -> SeededRandom:
    """Random numbers that are the same in each run of the test. The handler around it, and for plain tests to pass on."""
    from kont.testing import plugin

    return plugin.random_of(request)


@pytest.fixture
def kont_recorder() -> Recorder:
    """What the test performs, with the answers: the innermost handler around it, and for plain tests to pass on."""
    from kont.testing import Recorder

    return Recorder()


@pytest.fixture
def kont_explore(request: pytest.FixtureRequest) -> Explorer:
    """`kont_explore(make_program, *handlers)` runs a program in many orders of its tasks, as `kont.testing.explore`."""
    from kont.testing import plugin

    return plugin.Explorer(request)
