"""Measures every program, each side in turn and in a process of its own, and prints the tables.

Usage: table.py --program FILE [--quick] [--only NAME]... [--rounds N] [--instructions]
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path

import costs
import counts
import programs
import sides
import workloads
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
    parser.add_argument("--instructions", action="store_true", help="count instructions in place of time, with valgrind")
    parser.add_argument("--program", type=Path, default=Path("kont-bench-sandbox"), help=argparse.SUPPRESS)
    # Only says what is wrong with the options, before anything is built.
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--package", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    operations = [cost for cost in costs.COSTS if chosen(f"cost/{cost.name}", options.only)]
    with_memory = chosen(costs.MEMORY, options.only)
    if not any(chosen(name, options.only) for name in names()):
        print(f"error: no row has that name\n  help: the rows are {', '.join(names())}", file=sys.stderr)
        sys.exit(2)
    if options.look:
        return
    benchmarks = workloads.folder()
    groups = [programs.own(), workloads.programs(benchmarks) if benchmarks else []]
    wanted = [[program for program in group if chosen(program.name, options.only)] for group in groups]
    if benchmarks is None:
        print("pyperformance is not installed (it cannot be had here): its programs are left out.")
    if not options.package and any(cost.name.startswith("python-") for cost in operations):
        print("kont's Python package is not installed: what it costs a host in Python is left out.")
        operations = [cost for cost in operations if not cost.name.startswith("python-")]
    if options.instructions:
        if not any(wanted):
            print("error: instructions are counted of programs\n  help: name one with --only", file=sys.stderr)
            sys.exit(2)
        try:
            counts.table([program for group in wanted for program in group], sides.kont(options.program), sys.executable)
        except Failed as failed:
            print(f"error: {failed}", file=sys.stderr)
            sys.exit(2)
        return
    rounds = options.rounds or (2 if options.quick else 5)
    found = all_sides(options.program)
    print("; ".join(f"{side.name}: {side.title}" for side in found[1:]), flush=True)
    if any(wanted):
        print(f"Milliseconds on the processor, best of {rounds} rounds; / is kont's time divided by the other's.", flush=True)
    ratios: dict[str, list[float]] = {side.name: [] for side in found[1:]}
    for group in wanted:
        if group:
            for name, more in measure(group, found, rounds).items():
                ratios[name] += more
    if all(wanted):
        means("all programs", ratios)
    if operations:
        costs.table(operations, found, options.program, rounds)
    if with_memory:
        costs.memory_table(found)
    if not options.only:
        for reason, some in workloads.LEFT_OUT.items():
            print(f"\nOf pyperformance, not measured, because it {reason}: {some.replace(' ', ', ')}.")


def names() -> list[str]:
    """The names of all rows."""
    of_others = [f"pyperformance/{name}" for name in workloads.WORKLOADS]
    return [*(program.name for program in programs.own()), *of_others, *(f"cost/{cost.name}" for cost in costs.COSTS), costs.MEMORY]


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


def measure(group: list[Program], found: list[Side], rounds: int) -> dict[str, list[float]]:
    """One table, and kont's time over that of each other side, by program."""
    peers = found[1:]
    heads = ["program", "kont", *(side.name for side in peers), *(f"/ {side.name}" for side in peers), "target", "remarks"]
    print("\n| " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * (len(heads) - 3) + "---|---|", flush=True)
    ratios: dict[str, list[float]] = {side.name: [] for side in peers}
    refused: list[str] = []
    for program in group:
        times, remarks = fastest(program, found, rounds)
        ours = times.get("kont")
        if ours is None and "kont" in remarks and "cpython" not in times:
            refused.append(f"- {program.name.partition('/')[2]}: {remarks['kont']}")
            continue
        cells = [program.name.partition("/")[2], *(shown(times.get(side.name)) for side in found)]
        for side in peers:
            theirs = times.get(side.name)
            ratio = ours / theirs if ours and theirs else None
            if ratio is not None:
                ratios[side.name].append(ratio)
            cells.append("" if ratio is None else f"{ratio:.2f}")
        missed = ours is None or "cpython" not in times or ours / times["cpython"] > RATIO_MAX
        said = "; ".join(f"{name}: {remark}" for name, remark in remarks.items())
        print("| " + " | ".join([*cells, f"<= {RATIO_MAX}" + (" missed" if missed else ""), said]) + " |", flush=True)
    means(group[0].name.partition("/")[0], ratios)
    if refused:
        print("\nThe sandbox refuses:\n\n" + "\n".join(refused), flush=True)
    return ratios


def means(title: str, ratios: dict[str, list[float]]) -> None:
    for name, some in ratios.items():
        if len(some) > 1:
            mean = math.exp(sum(math.log(ratio) for ratio in some) / len(some))
            target = f" (target <= {MEAN_MAX}{' missed' if mean > MEAN_MAX else ''})" if name == "cpython" else ""
            print(f"\n{title}: geometric mean / {name}: {mean:.2f}{target}, worst {max(some):.2f}, {len(some)} programs", flush=True)


def fastest(program: Program, found: list[Side], rounds: int) -> tuple[dict[str, float], dict[str, str]]:
    """The fastest of several runs of each side, one after the other so that a slow moment meets all; and what is to be said.

    If kont, which is the first, does not run it at all, nobody else is asked.
    """
    best: dict[str, float] = {}
    remarks: dict[str, str] = {}
    printed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{program.name.rpartition('/')[2]}.py"
        file.write_text(program.text, encoding="utf-8")
        base = file.with_stem("base") if program.base else None
        if base is not None:
            base.write_text(program.base, encoding="utf-8")
        for number in range(rounds):
            for side in found:
                if side.name in remarks:
                    continue
                try:
                    ns, output = side.sample(file, base)
                except Failed as failed:
                    remarks[side.name] = str(failed)[:120]
                    if number == 0 and side is found[0]:
                        return {}, remarks
                    continue
                best[side.name] = min(best.get(side.name, math.inf), ns / 1e6)
                if printed.setdefault(side.name, output) != output:
                    remarks[side.name] = "prints something else each time"
    for name, output in printed.items():
        if output != printed.get("cpython"):
            remarks.setdefault(name, "prints something else")
    return {name: figure for name, figure in best.items() if name not in remarks}, remarks


def shown(figure: float | None) -> str:
    if figure is None:
        return "-"
    return f"{figure:.1f}" if figure < 100 else f"{figure:.0f}"


if __name__ == "__main__":
    main()
