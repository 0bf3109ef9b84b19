"""What a host in Python pays, for kont and for Monty: `calls.py SIDE ROW` prints one figure, in nanoseconds or bytes.

Time is the wall's: Monty's package runs programs in another process, which works while this one waits. Each figure is the fastest
of many short stretches.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

STRETCH = 20
CALLS = 1_000
LOOP = f"total = 0\nfor i in range({CALLS}):\n    total += ask(i)\ntotal"
WAITING = """\
def pay(name, amount):
    return ask('pay', name, amount)

names = ['ada', 'bob']
total = 0
for name in names:
    total += pay(name, 10)
total
"""


def fastest(operation: Callable[[], object], times: int = 200) -> float:
    """The fastest stretch of an operation, for each."""
    return between(lambda seen: [(operation(), seen()) for _ in range(times)])


def between(part: Callable[[Callable[[], None]], object]) -> float:
    """The fastest stretch between moments of which the part says that they are there."""
    moments: list[int] = []
    part(lambda: moments.append(time.perf_counter_ns()))
    return min(late - early for early, late in zip(moments, moments[STRETCH:])) / STRETCH


def kont_tool_call() -> float:
    """A tool that is called when the program asks, by `run`."""
    import kont

    def part(seen: Callable[[], None]) -> None:
        @kont.tool
        def ask(number: int) -> int:
            seen()
            return 1

        if kont.Sandbox(LOOP, tools=[ask]).run() != CALLS:
            raise ValueError("another answer")

    return between(part)


def kont_step() -> float:
    """A call that the host sees, answers, and goes on."""
    import kont

    def part(seen: Callable[[], None]) -> None:
        box = kont.Sandbox(LOOP, tools=["ask"])
        turn = box.advance()
        while not turn.done:
            seen()
            box.answer(turn.pending[0].id, 1)
            turn = box.advance()
        if turn.value != CALLS:
            raise ValueError("another answer")

    return between(part)


def kont_one_plus_one() -> float:
    import kont

    return fastest(lambda: kont.Sandbox("1 + 1").run())


def kont_waiting() -> Any:
    import kont

    box = kont.Sandbox(WAITING, tools=["ask"])
    if box.advance().done:
        raise ValueError("it does not wait")
    return box


def monty_session(part: Callable[[Any], float]) -> float:
    import pydantic_monty

    with pydantic_monty.Monty() as pool, pool.checkout(limits={"max_suspensions": 10 * CALLS}) as session:
        return part(session)


def monty_tool_call(session: Any) -> float:
    def part(seen: Callable[[], None]) -> None:
        def ask(number: int) -> int:
            seen()
            return 1

        if session.feed_run(LOOP, external_lookup={"ask": ask}) != CALLS:
            raise ValueError("another answer")

    return between(part)


def monty_step(session: Any) -> float:
    def part(seen: Callable[[], None]) -> None:
        snapshot = session.feed_start(LOOP)
        while hasattr(snapshot, "resume"):
            seen()
            snapshot = snapshot.resume({"return_value": 1})
        if snapshot.output != CALLS:
            raise ValueError("another answer")

    return between(part)


def monty_waiting(session: Any) -> Any:
    return session.feed_start(WAITING)


ROWS: dict[tuple[str, str], Callable[[], float]] = {
    ("kont", "python-one-plus-one"): kont_one_plus_one,
    ("kont", "python-tool-call"): kont_tool_call,
    ("kont", "python-step"): kont_step,
    ("kont", "python-dump"): lambda: fastest(kont_waiting().dump),
    ("kont", "python-dump-bytes"): lambda: len(kont_waiting().dump()),
    ("monty", "python-one-plus-one"): lambda: monty_session(lambda session: fastest(lambda: session.feed_run("1 + 1"))),
    ("monty", "python-tool-call"): lambda: monty_session(monty_tool_call),
    ("monty", "python-step"): lambda: monty_session(monty_step),
    ("monty", "python-dump"): lambda: monty_session(lambda session: fastest(monty_waiting(session).dump)),
    ("monty", "python-dump-bytes"): lambda: monty_session(lambda session: len(monty_waiting(session).dump())),
}


if __name__ == "__main__":
    print(ROWS[sys.argv[1], sys.argv[2]]())
