"""What the plugin of pytest does with tests and fixtures that are programs. `kont_pytest` is what pytest loads."""

from __future__ import annotations

import functools
import inspect
import os
import types
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import pytest

import kont
from kont import _kont
from kont.errors import UsageError
from kont.handling import Several
from kont.testing.exploring import ENDS, Explored, Interleaving, attempts, check_replayed, explore, replay, tasks_of
from kont.testing.failures import InterleavingFailed, ordinal, shown
from kont.testing.surroundings import Clock, SeededRandom

__all__ = ["Explorer", "fixture", "random_of", "take_over"]

PACKAGE = str(Path(kont.__file__).parent) + os.sep


def take_over(node: pytest.Function) -> None:
    """Has a test run by kont when pytest calls it, and no other plugin see that it is none that pytest could call."""
    function = node.obj
    hypothesis = getattr(function, "hypothesis", None)
    if hypothesis is None:

        @functools.wraps(function)
        def call(**arguments: Any) -> Any:
            __tracebackhide__ = True
            return _run_test(node, lambda: function(**arguments))

    else:
        examples = _examples(hypothesis, function)

        @functools.wraps(function)
        def call(**arguments: Any) -> Any:
            __tracebackhide__ = True
            examples.node = node
            return function(**arguments)

    node.obj = call


class _Examples:
    """Which test the examples are for. One function may be that of several tests."""

    node: pytest.Function


def _examples(hypothesis: Any, function: Any) -> _Examples:
    """Has each example that Hypothesis finds run by kont."""
    inner = hypothesis.inner_test
    found: _Examples | None = getattr(inner, "_kont_examples", None)
    if found is not None:
        return found
    examples = _Examples()

    @functools.wraps(inner)
    def example(*arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        return _run_test(examples.node, lambda: inner(*arguments, **named))

    example._kont_examples = examples  # type: ignore[attr-defined]
    hypothesis.inner_test = example
    # What Hypothesis has made says that it stands where the test does. Under `@kont.do` that would be in kont.
    outer, test = getattr(function, "__func__", function), inspect.unwrap(inner).__code__
    outer.__code__ = outer.__code__.replace(co_filename=test.co_filename, co_firstlineno=test.co_firstlineno)
    return examples


def _run_test(node: pytest.Function, make_program: Callable[[], Any]) -> Any:
    __tracebackhide__ = True
    run = _Run(node)
    try:
        marker = node.get_closest_marker("kont_explore")
        if marker is None:
            return run(make_program)
        if marker.args:
            raise UsageError("the mark `kont_explore` takes names: `@pytest.mark.kont_explore(runs=100)`")
        return run.explore(make_program, **marker.kwargs)
    except ENDS:
        raise
    except BaseException as error:
        _shorten(error, node.config)
        raise


class _Run:
    """Runs a test with what its fixtures put around it."""

    def __init__(self, node: pytest.Function) -> None:
        self.node = node
        self.fixtures = cast(dict[str, Any], node.funcargs)
        self.clock: Clock | None = self.fixtures.get("kont_clock")

    def __call__(self, make_program: Callable[[], Any], order: _kont.Schedule | None = None) -> Any:
        __tracebackhide__ = True
        recorder, random = self.fixtures.get("kont_recorder"), self.fixtures.get("kont_random")
        handlers = stack(self.fixtures.get("kont_handlers", ()))
        around = [one for one in (recorder, *handlers, random) if one is not None]
        if self.clock is not None:
            return self.clock.run(make_program(), *around, order=order)
        return _kont.run(make_program(), *around, virtual_time=order is not None, order=order)

    def explore(
        self,
        make_program: Callable[[], Any],
        *,
        runs: int = 1_000,
        random_runs: int = 1_000,
        seed: int = 1,
        preempts: bool = False,
    ) -> None:
        __tracebackhide__ = True
        one = self.node.config.getoption("--kont-replay")
        if one is not None:
            interleaving = Interleaving.parse(one)
            schedule = interleaving.schedule()
            self(make_program, schedule)
            check_replayed(interleaving, schedule)
            return
        wanted = self.node.config.getoption("--kont-explore-runs")
        if wanted is not None:
            runs = random_runs = wanted
        for count, (schedule, _) in enumerate(attempts(runs, random_runs, seed, preempts), 1):
            self._begin()
            try:
                self(make_program, schedule)
            except (*ENDS, pytest.skip.Exception):
                raise
            except BaseException as error:
                error.add_note(_hint(schedule, count, self.node))
                raise

    def _begin(self) -> None:
        """What kont's own fixtures keep begins anew in each run."""
        if (recorder := self.fixtures.get("kont_recorder")) is not None:
            recorder.clear()
        if (random := self.fixtures.get("kont_random")) is not None:
            random.reset()
        if self.clock is not None:
            self.clock.passed_s = 0.0


def stack(handlers: Any) -> list[Any]:
    """What the fixture `kont_handlers` gave, as a list."""
    if callable(handlers) and not isinstance(handlers, (_kont.Handler, _kont.Observer, Several, type)):
        handlers = handlers()
    if isinstance(handlers, (_kont.Handler, _kont.Observer, Several)):
        return [handlers]
    if handlers is None or isinstance(handlers, type) or not hasattr(handlers, "__iter__"):
        raise UsageError(
            f"the fixture `kont_handlers` gave {handlers!r}\n"
            "help: return a handler, a list of handlers (innermost first), or a function that makes these"
        )
    return list(handlers)


def _hint(schedule: _kont.Schedule, count: int, node: pytest.Item) -> str:
    return (
        f"kont: it fails in the {ordinal(count)} order of the tasks that was tried: {shown(tasks_of(schedule))}\n"
        f"help: `pytest '{node.nodeid}' --kont-replay={Interleaving.of(schedule)}` runs this order alone"
    )


class Explorer:
    """`kont.testing.explore` with the options of the session. What the fixture `kont_explore` gives."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._node = request.node

    def __call__(self, make_program: Callable[[], Any], /, *handlers: Any, **options: Any) -> Explored:
        """Runs a program in many orders of its tasks. What it takes, gives and raises is as with `explore`."""
        __tracebackhide__ = True
        config = self._node.config
        one = config.getoption("--kont-replay")
        if one is not None:
            virtual_time = options.get("virtual_time", True)
            replay(make_program, Interleaving.parse(one), *handlers, virtual_time=virtual_time)
            return Explored(1, complete=False)
        wanted = config.getoption("--kont-explore-runs")
        if wanted is not None:
            options = {**options, "runs": wanted, "random_runs": wanted}
        try:
            return explore(make_program, *handlers, **options)
        except InterleavingFailed as failed:
            failed.add_note(f"help: `pytest '{self._node.nodeid}' --kont-replay={failed.interleaving}` runs this order alone")
            raise


def fixture(function: Callable[..., Any], request: Any) -> Callable[..., Any]:
    """A fixture that is a program, as a function whose value is the program's."""

    target = getattr(function, "__func__", function)

    @functools.wraps(target)
    def call(*arguments: Any, **named: Any) -> Any:
        __tracebackhide__ = True
        try:
            return _kont.run(target(*arguments, **named), *stack(request.getfixturevalue("kont_handlers")))
        except ENDS:
            raise
        except BaseException as error:
            _shorten(error, request.config)
            raise

    # pytest binds a method to the object of the test at hand, if it is bound to one.
    return call if target is function else types.MethodType(call, function.__self__)  # type: ignore[attr-defined]


def random_of(request: pytest.FixtureRequest) -> SeededRandom:
    """The random numbers of a test: by its name, unless the session has a seed."""
    seed = request.config.getoption("--kont-seed")
    return SeededRandom(zlib.crc32(request.node.nodeid.encode()) if seed is None else seed)


def _shorten(error: BaseException | None, config: pytest.Config) -> None:
    """Takes frames of the package out of tracebacks: they say nothing of a test. `--full-trace` keeps them."""
    if config.getoption("fulltrace", False):
        return
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        kept = [entry for entry in _entries(one.__traceback__) if not entry.tb_frame.f_code.co_filename.startswith(PACKAGE)]
        traceback: TracebackType | None = None
        for entry in reversed(kept):
            traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        one.__traceback__ = traceback or one.__traceback__


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
