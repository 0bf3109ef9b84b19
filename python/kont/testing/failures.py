"""What tests fail with. Each is an `AssertionError` too, so that a test runner counts it as a failure of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kont.errors import KontError

if TYPE_CHECKING:
    from kont.testing.exploring import Interleaving

__all__ = ["InterleavingFailed", "NotDeterministic", "RecordError", "ScriptError"]


class RecordError(KontError, AssertionError):
    """What was performed is not what a test says that it is. The message shows the difference."""


class ScriptError(KontError, AssertionError):
    """A program has departed from its script, or has ended before the script has. The message shows where."""


class InterleavingFailed(KontError, AssertionError):
    """A program fails in one order of its tasks. The cause is what it raised then.

    Attributes:
        interleaving: the order, for `kont.testing.replay`.
        runs: how many orders were run, with this one.
        tasks: which task went on after which, by name; one that has none has that of its program. The first thousand.
    """

    def __init__(self, error: BaseException, interleaving: Interleaving, runs: int, tasks: tuple[str, ...]) -> None:
        super().__init__(error, interleaving, runs, tasks)
        self.interleaving = interleaving
        self.runs = runs
        self.tasks = tasks

    def __str__(self) -> str:
        error = self.args[0]
        return (
            f"{type(error).__name__}: {error}\n"
            f"in the {ordinal(self.runs)} order of the tasks that was tried: {shown(self.tasks)}\n"
            f"help: `kont.testing.replay(make_program, {self.interleaving!r})` runs this order again"
        )


class NotDeterministic(KontError):
    """A program that is explored, or an order that is replayed, depends on more than the order of its tasks."""


def shown(tasks: tuple[str, ...]) -> str:
    """The tasks that went on, in words: the last twenty."""
    before = f"({len(tasks) - 20} before), " if len(tasks) > 20 else ""
    return before + ", ".join(tasks[-20:])


def ordinal(number: int) -> str:
    """Such as `3rd`."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"
