"""Measures every program, each side in turn and in a process of its own, and prints the table.

Usage: table.py --program FILE [--quick] [--only NAME]... [--rounds N] [--instructions]
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path

import programs
import sides
from programs import Program
from sides import Failed, Side

# The bar: the geometric mean of kont's times over CPython's, and the most that any program may take.
MEAN_MAX = 0.7
RATIO_MAX = 1.2


def main() -> None:
    parser = argparse.ArgumentParser(prog="cargo xtask bench sandbox", description="Measure kont's sandbox beside others.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="only the rows whose name begins with this")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each side runs; the fastest counts")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    wanted = [program for program in programs.own() if chosen(program.name, options.only)]
    if not wanted:
        names = ", ".join(program.name for program in programs.own())
        print(f"error: no row has that name\n  help: the rows are {names}", file=sys.stderr)
        sys.exit(2)
    rounds = options.rounds or (2 if options.quick else 5)
    measure(wanted, all_sides(options.program), rounds)


def chosen(name: str, only: list[str]) -> bool:
    """Whether a row is asked for: `only` names the beginning of its name, or of what stands after its group."""
    return not only or any(name.startswith(begin) or name.partition("/")[2].startswith(begin) for begin in only)


def all_sides(program: Path) -> list[Side]:
    """Kont, the CPython that counts, and whoever else is here."""
    first = sides.cpython("cpython", sys.executable)
    if first is None:
        sys.exit(f"error: {sys.executable} is no CPython\n  help: name one with --python")
    found = [sides.kont(program), first]
    system = sides.cpython("system", "/usr/bin/python3")
    if system is None:
        print("There is no /usr/bin/python3: its column is left out.")
    elif Path("/usr/bin/python3").resolve() == Path(sys.executable).resolve():
        print("/usr/bin/python3 is the CPython that counts: it has no second column.")
    else:
        found.append(system)
    monty = sides.monty()
    if monty is None:
        print("Monty is not installed (`pydantic-monty` cannot be had here): its column is left out.")
    else:
        found.append(monty)
    return found


def measure(wanted: list[Program], found: list[Side], rounds: int) -> None:
    peers = found[1:]
    others = "; ".join(f"{side.name}: {side.title}" for side in peers)
    print(f"Milliseconds on the processor, best of {rounds} rounds; / is kont's time divided by the other's. {others}.\n")
    heads = ["program", "kont", *(side.name for side in peers), *(f"/ {side.name}" for side in peers), "target", "remarks"]
    print("| " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * (len(heads) - 3) + "---|---|", flush=True)
    ratios: dict[str, list[float]] = {side.name: [] for side in peers}
    for program in wanted:
        times, remarks = fastest(program, found, rounds)
        ours = times.get("kont")
        cells = [program.name, *(shown(times.get(side.name)) for side in found)]
        for side in peers:
            theirs = times.get(side.name)
            ratio = ours / theirs if ours and theirs else None
            if ratio is not None:
                ratios[side.name].append(ratio)
            cells.append("" if ratio is None else f"{ratio:.2f}")
        missed = ours is None or ours / times["cpython"] > RATIO_MAX
        cells += [f"<= {RATIO_MAX}" + (" missed" if missed else ""), "; ".join(remarks)]
        print("| " + " | ".join(cells) + " |", flush=True)
    print()
    for side in peers:
        logs = [math.log(ratio) for ratio in ratios[side.name]]
        if len(logs) > 1:
            mean = math.exp(sum(logs) / len(logs))
            target = f" (target <= {MEAN_MAX}{' missed' if mean > MEAN_MAX else ''})" if side.name == "cpython" else ""
            print(f"geometric mean / {side.name}: {mean:.2f}{target}, worst {max(ratios[side.name]):.2f}, {len(logs)} programs")


def fastest(program: Program, found: list[Side], rounds: int) -> tuple[dict[str, float], list[str]]:
    """The fastest of several runs of each side, one after the other so that a slow moment meets all; and what is to be said."""
    best: dict[str, float] = {}
    remarks: dict[str, str] = {}
    wanted: str | None = None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{program.name.rpartition('/')[2]}.py"
        file.write_text(program.text, encoding="utf-8")
        for _ in range(rounds):
            # The CPython that counts says first what the output is.
            for side in sorted(found, key=lambda side: side.name != "cpython"):
                if side.name in remarks:
                    continue
                try:
                    ns, output = side.sample(file)
                except Failed as failed:
                    remarks[side.name] = f"{side.name}: {str(failed)[:160]}"
                    continue
                wanted = output if wanted is None else wanted
                if output != wanted:
                    remarks[side.name] = f"{side.name}: another output"
                    best.pop(side.name, None)
                    continue
                best[side.name] = min(best.get(side.name, math.inf), ns / 1e6)
    return best, list(remarks.values())


def shown(figure: float | None) -> str:
    if figure is None:
        return "-"
    return f"{figure:.1f}" if figure < 100 else f"{figure:.0f}"


if __name__ == "__main__":
    main()
