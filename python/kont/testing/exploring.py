"""Running a small program in many orders of its tasks, to find one in which it fails."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import Several
from kont.rows import Performs
from kont.testing.failures import InterleavingFailed, NotDeterministic

__all__ = ["ENDS", "Explored", "Interleaving", "attempts", "explore", "replay"]

T = TypeVar("T")
# What ends an exploration without being found by it.
ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit)


@dataclass(frozen=True)
class Interleaving:
    """One order of the tasks of a program, as a value: what is chosen each time that several could go on.

    Attributes:
        choices: the number of the task that goes on, for each choice; what is not listed is 0, the one that would
            go on anyway.
        preempts: whether there is a choice after every effect that the scheduler answers, and not only where the
            task waits.

    >>> from kont.testing import Interleaving
    >>> str(Interleaving((0, 2, 1))), Interleaving.parse("0.2.1")
    ('0.2.1', Interleaving(choices=(0, 2, 1), preempts=False))
    """

    choices: tuple[int, ...] = ()
    preempts: bool = False

    def __str__(self) -> str:
        return ("preempts:" if self.preempts else "") + (".".join(map(str, self.choices)) or "0")

    @classmethod
    def parse(cls, text: str) -> Interleaving:
        """The order that `str()` shows so."""
        preempts = text.startswith("preempts:")
        parts = text.removeprefix("preempts:").split(".")
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise UsageError(f"{text!r} is no order of tasks\nhelp: it is numbers with points between, such as `0.2.1`")
        return cls(tuple(map(int, parts)), preempts)

    def schedule(self) -> _kont.Schedule:
        """For the `order` of one run."""
        return _kont.Schedule(list(self.choices), preempts=self.preempts)

    @classmethod
    def of(cls, schedule: _kont.Schedule) -> Interleaving:
        """What was chosen in the last run under it."""
        return cls(tuple(schedule.choices), schedule.preempts)


@dataclass(frozen=True)
class Explored:
    """What was tried without a failure.

    Attributes:
        runs: how many orders were run.
        complete: whether these were all that there are.
    """

    runs: int
    complete: bool


def attempts(runs: int, random_runs: int, seed: int, preempts: bool) -> Iterator[tuple[_kont.Schedule, bool]]:
    """The schedules to run a program under, one after the other, and whether each is a random one.

    Each must have been run before the next is asked for.
    """
    choices: list[int] | None = []
    before: list[tuple[int, int]] = []
    for _ in range(runs):
        if choices is None:
            return
        schedule = _kont.Schedule(choices, preempts=preempts)
        yield schedule, False
        made = schedule.made
        _compare(before, made, len(choices))
        choices, before = schedule.following(), made
    if choices is None:
        return
    numbers = random.Random(seed)
    for _ in range(random_runs):
        yield _kont.Schedule(seed=numbers.getrandbits(64), preempts=preempts), True


def _compare(before: list[tuple[int, int]], made: list[tuple[int, int]], same: int) -> None:
    """The run began as the one before: up to its new choice it had to choose among as many."""
    for place in range(same):
        if place >= len(made) or made[place][1] != before[place][1]:
            raise NotDeterministic(
                f"the same choices led elsewhere: choice {place + 1} was among {before[place][1]} tasks, and in the next run "
                f"{f'among {made[place][1]}' if place < len(made) else 'there was none'}\n"
                "help: make everything that the program changes anew in each run, and give it no clock, no random "
                "numbers and no other library that wait or answer differently each time"
            )


def explore(
    make_program: Callable[[], Performs[Any, Any] | Coroutine[Any, Any, Any]],
    /,
    *handlers: _kont.Handler | _kont.Observer | Several,
    runs: int = 1_000,
    random_runs: int = 1_000,
    seed: int = 1,
    preempts: bool = False,
    virtual_time: bool = True,
) -> Explored:
    """Runs a small program in many orders of its tasks, until it raises something in one of them.

    All orders are tried one after the other, up to a bound, and then random ones.

    Args:
        make_program: makes the program, with all that it changes: each run is a new one.
        handlers: as for `kont.run`. These are the same objects in each run: put what has a state into `make_program`.
        runs: how many orders are tried one after the other. If there are no more, they were all.
        random_runs: how many are tried at random, if those were not all.
        seed: which random ones.
        preempts: whether another task may go on after every effect that the scheduler answers, and not only where a
            task has to wait. No other run has these orders: a program that is right in them stays right when it
            waits at one more place.
        virtual_time: as for `kont.run`. Sleeps end in the order of their times in every order.

    Raises:
        InterleavingFailed: the program raised something. It has the order as a value, and the exception as its cause.
        BaseException: what the program raised, if that is no `Exception`; a note has the order.
        NotDeterministic: the program does not depend on the order alone.

    >>> import kont
    >>> from kont.testing import explore
    >>> async def add(account, amount):
    ...     before = account["sum"]
    ...     await kont.Yield()
    ...     account["sum"] = before + amount
    >>> async def program():
    ...     account = {"sum": 0}
    ...     await kont.Gather(await kont.Spawn(add(account, 1)), await kont.Spawn(add(account, 2)))
    ...     assert account["sum"] == 3, account
    >>> try:
    ...     explore(program)
    ... except kont.testing.InterleavingFailed as failed:
    ...     failed.interleaving
    Interleaving(choices=(), preempts=False)
    """
    __tracebackhide__ = True
    _makes(make_program)
    count = 0
    random_ones = False
    for schedule, random_ones in attempts(runs, random_runs, seed, preempts):
        count += 1
        try:
            _kont.run(make_program(), *handlers, virtual_time=virtual_time, order=schedule)
        except ENDS:
            raise
        except Exception as error:
            raise InterleavingFailed(error, Interleaving.of(schedule), count, tasks_of(schedule)) from error
        except BaseException as error:
            # Such as pytest's own: it means something as it is.
            error.add_note(f"in an order of its tasks: {Interleaving.of(schedule)!r}")
            raise
    return Explored(count, complete=_complete(count, runs, random_ones, schedule))


def tasks_of(schedule: _kont.Schedule) -> tuple[str, ...]:
    """Which task went on after which in the last run, by name. The main one begins."""
    went = [(number, (name or f"task {number}").rpartition(".")[2]) for number, name in schedule.went]
    several: dict[str, set[int]] = {}
    for number, name in went:
        several.setdefault(name, set()).add(number)
    tasks = ["main"]
    for number, name in went:
        # Several tasks of one program have numbers too.
        task = name if len(several[name]) == 1 else f"{name} {sorted(several[name]).index(number) + 1}"
        if task != tasks[-1]:
            tasks.append(task)
    return tuple(tasks)


def replay(
    make_program: Callable[[], Performs[Any, T] | Coroutine[Any, Any, T]],
    interleaving: Interleaving,
    /,
    *handlers: _kont.Handler | _kont.Observer | Several,
    virtual_time: bool = True,
) -> T:
    """Runs a program in one order of its tasks, as `explore` did: gives its value, and raises what it raises.

    Args:
        make_program: as for `explore`.
        interleaving: the order; an exception of `explore` has one.
        handlers: as for `explore`.
        virtual_time: as for `explore`.

    Raises:
        NotDeterministic: the program has fewer choices than this order, and ended without an exception.
    """
    __tracebackhide__ = True
    _makes(make_program)
    if not isinstance(interleaving, Interleaving):
        raise UsageError(f"{interleaving!r} is no order\nhelp: an exception of `explore` has one as `interleaving`")
    schedule = interleaving.schedule()
    value = _kont.run(make_program(), *handlers, virtual_time=virtual_time, order=schedule)
    check_replayed(interleaving, schedule)
    return value


def check_replayed(interleaving: Interleaving, schedule: _kont.Schedule) -> None:
    """Whether a program that ended has chosen as it was told."""
    if tuple(choice for choice, _ in schedule.made[: len(interleaving.choices)]) != interleaving.choices:
        raise NotDeterministic(
            f"the program has other choices than {interleaving!r}\nhelp: it was changed since, or it is not the same one"
        )


def _complete(count: int, runs: int, random_ones: bool, last: _kont.Schedule) -> bool:
    return not random_ones and count > 0 and last.following() is None


def _makes(make_program: Any) -> None:
    if isinstance(make_program, (Effect, _kont.Program, _kont.Operation, Iterable)) or not callable(make_program):
        raise UsageError(
            f"{make_program!r} is a program, or nothing that makes one\n"
            "help: give the function that makes it, as in `explore(program)` or `explore(lambda: program(1))`: each run is a new one"
        )
