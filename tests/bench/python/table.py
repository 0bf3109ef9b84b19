"""Measures every row, each side in turn and in a process of its own, and prints the table.

Usage: table.py [--quick] [--only NAME]... [--rounds N] [--wheel FILE] [--instructions]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rows import ROWS, Row

HERE = Path(__file__).parent
PEERS = ("doeff", "greenlet", "stateless")


class Failed(Exception):
    """A side does not run, or answers something else."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="cargo xtask bench python", description="Measure kont for Python beside others.")
    parser.add_argument("--quick", action="store_true", help="smaller programs and fewer rounds")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only rows whose name begins with this")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each side runs; the fastest counts")
    # Only says what is wrong with the options, before anything is built.
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--wheel", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--instructions", action="store_true", help="count instructions in place of time, with valgrind")
    options = parser.parse_args()
    wanted = [row for row in ROWS if not options.only or row.name.startswith(tuple(options.only))]
    if not wanted:
        print(f"error: no row has that name\n  help: the rows are {', '.join(row.name for row in ROWS)}", file=sys.stderr)
        sys.exit(2)
    if options.look:
        return
    try:
        if options.instructions:
            count(wanted)
        else:
            measure(wanted, options)
    except Failed as failed:
        sys.exit(f"error: {failed}")
    if options.wheel and not options.only:
        size = options.wheel.stat().st_size / 1e6
        print(f"\nwheel: {size:.2f} MB (target <= 1.5)")


def measure(wanted: list[Row], options: argparse.Namespace) -> None:
    needed = {"send", *(row.less for row in wanted if row.less), *(row.name for row in wanted)}
    rows = [row for row in ROWS if row.name in needed]
    rounds = options.rounds or (2 if options.quick else 7)
    missing = [name for name in PEERS if version(name) is None]
    shown = ", ".join(f"{name} {version(name)}" for name in PEERS if name not in missing)
    print(f"Python {platform.python_version()}; {shown}; best of {rounds} rounds; ns for each operation unless it says otherwise")
    for name in missing:
        print(f"{name} cannot be had on this Python: its figures are left out")
    print("\n| row | kont | / send | target | doeff / kont | target | others |\n|---|---:|---:|---:|---:|---:|---|", flush=True)
    figures: dict[str, dict[str, float]] = {}
    for row in rows:
        size = max(row.tiny, row.size // 10) if options.quick else row.size
        sides = {side: where for side, where in row.sides().items() if side not in missing}
        best: dict[str, float] = {}
        for _ in range(rounds):
            for side in sides:
                figure = sample(row, side, size, times=1 if row.unit != "ns" else 3)
                best[side] = min(best.get(side, figure), figure)
        figures[row.name] = best
        if row in wanted:
            print(line(row, figures), flush=True)


def sample(row: Row, side: str, size: int, times: int) -> float:
    """One run: its figure for each operation."""
    command = [sys.executable, str(HERE / "side.py"), row.name, side, str(size), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) != 2:
        raise Failed(f"{row.name}: {side} has failed\n{done.stderr}")
    figure, answer = float(words[0]), int(words[1])
    if answer != (row.answer or size):
        raise Failed(f"{row.name}: {side} answers {answer}, not {row.answer or size}")
    return figure / 1e6 if row.unit == "ms" else figure / size


def line(row: Row, figures: dict[str, dict[str, float]]) -> str:
    best = figures[row.name]
    ours = best["kont"]
    over = ours - (figures[row.less]["kont"] if row.less else 0)
    sends = over / figures["send"]["kont"] if row.unit == "ns" else None
    doeff = best["doeff"] / ours if "doeff" in best else None
    target = ""
    if row.sends_max is not None:
        target = verdict(f"<= {row.sends_max}", sends is not None and sends <= row.sends_max)
    elif row.most is not None:
        target = verdict(f"<= {row.most:g} {row.unit}", ours <= row.most)
    least = verdict(f">= {row.doeff_min}", doeff is not None and doeff >= row.doeff_min) if row.doeff_min and doeff else ""
    others = ", ".join(f"{side} {shown(figure)}" for side, figure in best.items() if side != "kont")
    unit = "" if row.unit == "ns" else f" {row.unit}"
    ratio = "" if sends is None else f"{sends:.2f}"
    if row.less:
        ratio = f"+{ratio}"
    return f"| {row.name} | {shown(ours)}{unit} | {ratio} | {target} | {'' if doeff is None else f'{doeff:.1f}'} | {least} | {others} |"


def verdict(target: str, met: bool) -> str:
    return target if met else f"{target} missed"


def shown(figure: float) -> str:
    return f"{figure:.1f}" if figure < 100 else f"{figure:.0f}"


def version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def count(rows: list[Row]) -> None:
    """Instructions for each operation: the difference between two sizes, so that starting up does not count."""
    print("| row | side | instructions | of these in kont's extension | in CPython and the rest |\n|---|---|---:|---:|---:|", flush=True)
    for row in rows:
        small, large = row.tiny * 100 if row.tiny < 100 else row.tiny, row.tiny * 300 if row.tiny < 100 else row.tiny * 3
        for side in row.sides():
            if row.unit == "ns":
                after, before = counted(row, side, large), counted(row, side, small)
                own, others = ((after[part] - before[part]) // (large - small) for part in (0, 1))
                print(f"| {row.name} | {side} | {own + others} | {own} | {others} |", flush=True)


def counted(row: Row, side: str, size: int) -> tuple[int, int]:
    """Instructions of one whole run: those in kont's extension, and all others."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "callgrind"
        command = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={file}", sys.executable]
        command += [str(HERE / "side.py"), row.name, side, str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"{row.name}: {side} does not run under valgrind\n{done.stderr}")
        counts = by_object(file.read_text(encoding="utf-8", errors="replace"))
        if not counts:
            raise Failed(f"{row.name}: valgrind wrote no counts")
        own = sum(count for name, count in counts.items() if Path(name).name.startswith("_kont."))
        return own, sum(counts.values()) - own


def by_object(profile: str) -> dict[str, int]:
    """The instructions of each program and library, as callgrind writes them down: a cost for each line, below the name of
    what it is in; a cost after `calls=` is one of a callee, which is counted at its own place."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    where, is_of_callee = "", False
    for line in profile.splitlines():
        if found := re.match(r"(c?)ob=(\(\d+\))(?: (.*))?", line):
            callee, number, name = found.groups()
            if name:
                names[number] = name
            if not callee:
                where = names[number]
        elif line.startswith("calls="):
            is_of_callee = True
        elif re.match(r"[-+*\d]", line):
            if not is_of_callee:
                counts[where] = counts.get(where, 0) + int(line.split()[1])
            is_of_callee = False
    return counts


if __name__ == "__main__":
    main()
