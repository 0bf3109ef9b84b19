"""The rows of the table: which programs stand beside each other, how large, and what is promised."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field

from meter import Meter

Program = Callable[[int, Meter], int]


@dataclass(frozen=True)
class Row:
    """A program of ours, those of others that do the same, and how they are compared."""

    name: str
    # Where the programs are: `module:name` or `module:name[number]`.
    ours: str
    size: int
    peers: dict[str, str] = field(default_factory=dict)
    # What ours may cost, as a multiple of the bare send loop.
    sends_max: float | None = None
    # What ours may cost in nanoseconds, milliseconds or bytes.
    most: float | None = None
    # How many times as much doeff has to take.
    doeff_min: float | None = None
    # `ns` for each of `size` operations, `bytes` for each, or `ms` for all.
    unit: str = "ns"
    # The name of the row whose figure is taken off before it is compared.
    less: str | None = None
    # What the row answers; usually its size.
    answer: int | None = None
    # The smallest size that is a program at all.
    tiny: int = 20

    def sides(self) -> dict[str, str]:
        return {"kont": self.ours, **self.peers}


def find(where: str) -> Program:
    """The program of a side."""
    module, _, name = where.partition(":")
    name, _, number = name.partition("[")
    found = getattr(importlib.import_module(module), name)
    return found[int(number.rstrip("]"))] if number else found


def _rows() -> list[Row]:
    effects = 100_000
    rows = [Row("send", "plain:send", effects)]
    for depth in (1, 10, 100, 1000):
        peers = {"doeff": "doeff_side:reader"} if depth == 1 else {}
        rows.append(Row(f"native-{depth}", f"ours:NATIVE[{depth}]", effects, peers, sends_max=1.3))
    for depth in (1, 10, 100, 200, 1000):
        peers = {}
        if depth == 1:
            peers = {"trampoline": "plain:trampoline_function", "greenlet": "others:greenlet_switch"}
        if depth in (1, 10, 100):
            peers |= {"stateless": f"others:STATELESS[{depth}]", "doeff": f"doeff_side:TRANSFER[{depth}]"}
        least = {1: 12, 10: 18, 100: 100}.get(depth)
        rows.append(Row(f"function-{depth}", f"ours:FUNCTION[{depth}]", effects, peers, 2.2, doeff_min=least))
    for depth in (1, 10, 100):
        rows.append(Row(f"function-k-{depth}", f"ours:FUNCTION_WITH_K[{depth}]", effects, sends_max=2.8))
    for depth in (1, 10, 100):
        peers = {"trampoline": "plain:trampoline_generator"} if depth == 1 else {}
        rows.append(Row(f"generator-{depth}", f"ours:GENERATOR[{depth}]", effects, peers, sends_max=4.2))
    least = {1: 6, 10: 10, 100: 50}
    for depth in (1, 10, 100):
        peers = {"doeff": f"doeff_side:TRANSFER[{depth}]"}
        rows.append(Row(f"tail-{depth}", f"ours:TAIL[{depth}]", effects, peers, 4.5, doeff_min=least[depth]))
    for depth in (1, 10, 100):
        peers = {"doeff": f"doeff_side:TRANSFER[{depth}]"}
        rows.append(Row(f"transfer-{depth}", f"ours:TRANSFER[{depth}]", effects, peers, doeff_min=least[depth]))
    for depth in (1, 10, 100):
        peers = {"doeff": f"doeff_side:RESUME[{depth}]"}
        rows.append(Row(f"resume-{depth}", f"ours:RESUME[{depth}]", effects, peers, 5.0, doeff_min=least[depth], tiny=1000))
    constructors = {
        "tuple": "plain:construct_tuple",
        "NamedTuple": "plain:construct_named",
        "frozen slots dataclass": "plain:construct_frozen",
        "doeff": "doeff_side:construct",
    }
    rows += [
        Row("state-pair", "ours:state", effects, {"trampoline": "plain:state", "doeff": "doeff_side:state"}, doeff_min=15),
        Row("construct", "ours:construct", effects, constructors, 1.5),
        Row("construct-perform-10", "ours:build_and_perform", effects, {"doeff": "doeff_side:untyped"}, doeff_min=40),
        Row("await", "ours:awaiting", effects, {"bare": "plain:send_awaiting"}, sends_max=2.5, less="function-1"),
        Row("yield-from", "ours:yielding_from", effects, sends_max=2.5, less="function-1"),
        Row("call-generator", "ours:CALL_GENERATOR", effects, {"yield from": "plain:yield_from", "doeff": "doeff_side:call"}, 3.0),
        Row("call-do", "ours:CALL_DO", effects, {"doeff": "doeff_side:call"}),
        Row("depth-1000", "ours:deep", effects, {"yield from, 900 deep": "plain:yield_from_900"}),
        Row("run", "ours:run_pure", 20_000, {"doeff": "doeff_side:run_pure"}),
        Row(
            "spawn-join", "ours:spawn_join", 20_000, {"asyncio": "plain:asyncio_spawn", "doeff": "doeff_side:spawn_join"}, most=1000
        ),
        Row(
            "spawn-gather",
            "ours:spawn_gather",
            10_000,
            {"asyncio": "plain:asyncio_gather", "greenlet": "others:greenlet_spawn", "doeff": "doeff_side:spawn_gather"},
        ),
        Row("await-run", "ours:await_run", 5_000, {"asyncio": "others:asyncio_run_until", "doeff": "doeff_side:await_one"}),
        Row(
            "await-run-async",
            "ours:await_run_async",
            5_000,
            {"asyncio": "others:asyncio_await", "stateless": "others:stateless_await"},
        ),
        Row(
            "memory-task",
            "ours:memory_task",
            10_000,
            {"asyncio": "plain:asyncio_memory", "greenlet": "others:greenlet_memory", "doeff": "doeff_side:memory_task"},
            unit="bytes",
        ),
        Row("memory-resume", "ours:memory_resume", 20_000, {"doeff": "doeff_side:memory_resume"}, most=350, unit="bytes"),
        Row(
            "import",
            "imports:IMPORT_KONT",
            1,
            {"asyncio": "imports:IMPORT_ASYNCIO", "stateless": "imports:IMPORT_STATELESS", "doeff": "imports:IMPORT_DOEFF"},
            most=15,
            unit="ms",
            tiny=1,
        ),
    ]
    return rows


ROWS = _rows()
