"""What single operations and objects cost, beside CPython and Monty where they have the same; and the tables of that."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import memory
from sides import Failed, Side

HERE = Path(__file__).parent
CALLS = HERE / "calls.py"
# The same as the sandbox's own program, for CPython: the last line on standard error is the figure.
NEXT = """
def each(n):
    for i in range(n):
        yield i

def main():
    for x in each(1000000):
        pass
    return x

main()
"""
ONE_PLUS_ONE = """
for _ in range(2000):
    exec(compile('1 + 1', 'program.py', 'exec'), {})
"""


@dataclass(frozen=True)
class Cost:
    """One row: what of whom is measured, and what kont's may be."""

    name: str
    unit: str
    most: float | None = None
    # For CPython: a program, and how many operations are in it.
    plain: tuple[str, int] | None = None
    monty: bool = False
    # What the figure is multiplied with before it is shown.
    scale: float = 1.0


COSTS = [
    Cost("one-plus-one", "us", 3, (ONE_PLUS_ONE, 2000), scale=1e-3),
    Cost("tool-call", "ns", 500),
    Cost("next", "ns", 40, (NEXT, 1_000_000)),
    Cost("dump", "us", 5, scale=1e-3),
    Cost("dump-bytes", "bytes", 1024),
    Cost("load", "us", 5, scale=1e-3),
    Cost("dump-large", "ms", scale=1e-6),
    Cost("dump-large-bytes", "bytes"),
    Cost("load-large", "ms", scale=1e-6),
    Cost("fork", "us", scale=1e-3),
    Cost("fork-large", "ms", scale=1e-6),
    Cost("session-bytes", "bytes"),
    Cost("python-one-plus-one", "us", monty=True, scale=1e-3),
    Cost("python-tool-call", "us", 2, monty=True, scale=1e-3),
    Cost("python-step", "us", monty=True, scale=1e-3),
    Cost("python-dump", "us", monty=True, scale=1e-3),
    Cost("python-dump-bytes", "bytes", monty=True),
]
MEMORY = "cost/memory"


def table(rows: list[Cost], found: list[Side], program: Path, rounds: int) -> None:
    """Prints what operations cost."""
    plain = next(side for side in found if side.name == "cpython")
    has_monty = any(side.name == "monty" for side in found)
    print("\n| cost | unit | kont | target | cpython | monty |\n|---|---|---:|---|---:|---:|", flush=True)
    for row in rows:
        measured: dict[str, Callable[[], float]] = {}
        if row.name.startswith("python-"):
            measured["kont"] = lambda name=row.name: said([sys.executable, str(CALLS), "kont", name])  # type: ignore[misc]
        else:
            measured["kont"] = lambda name=row.name: said([str(program), "cost", name])  # type: ignore[misc]
        if row.plain is not None:
            measured["cpython"] = lambda what=row.plain: spent(plain, *what)  # type: ignore[misc]
        if row.monty and has_monty:
            measured["monty"] = lambda name=row.name: said([sys.executable, str(CALLS), "monty", name])  # type: ignore[misc]
        best: dict[str, float] = {}
        for _ in range(rounds):
            for side, figure in list(measured.items()):
                try:
                    number = figure() * row.scale
                except Failed as failed:
                    print(f"{row.name}: {side}: {failed}", file=sys.stderr)
                    del measured[side]
                    continue
                best[side] = min(best.get(side, number), number)
        ours, *others = [number_text(best[side]) if side in best else "" for side in ("kont", "cpython", "monty")]
        is_met = row.most is not None and best.get("kont", row.most + 1) <= row.most
        target = "" if row.most is None else f"<= {row.most:g}" + ("" if is_met else " missed")
        print(f"| {row.name} | {row.unit} | {ours or 'failed'} | {target} | {' | '.join(others)} |", flush=True)


def memory_table(found: list[Side]) -> None:
    """Prints how many bytes an object takes."""
    print("\n| bytes for each | " + " | ".join(side.name for side in found) + " |\n|---|" + "---:|" * len(found), flush=True)
    places: dict[str, float] = {}
    for kind in memory.KINDS:
        cells = []
        for side in found:
            try:
                bytes_ = memory.each(side, kind)
            except Failed:
                cells.append("-")
                continue
            place = places.setdefault(side.name, bytes_)
            cells.append(f"{bytes_ if kind == 'element of a list' else max(0.0, bytes_ - place):.0f}")
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


def said(command: list[str]) -> float:
    """The number that a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} has failed\n{done.stderr.strip()}")
    return float(done.stdout)


def spent(side: Side, text: str, operations: int) -> float:
    """Nanoseconds for each operation of a program."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "program.py"
        file.write_text(text, encoding="utf-8")
        return side.sample(file)[0] / operations


def number_text(number: float) -> str:
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:.0f}"
