"""The measured programs: our own, and those of pyperformance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# The end of each program, and what stands there instead when only its answer matters.
TINY = {
    "bigint": ("range(20000)", "range(200)"),
    "classes": ("main(300000)", "main(300)"),
    "closures": ("main(200000)", "main(200)"),
    "exceptions": ("main(300000)", "main(300)"),
    "fannkuch": ("fannkuch(8)", "fannkuch(5)"),
    "fib": ("fib(30)", "fib(12)"),
    "genpipe": ("main(300000)", "main(300)"),
    "jsonrt": ("range(2000)", "range(20)"),
    "mandelbrot": ("mandel(200, 200, 50)", "mandel(20, 20, 50)"),
    "matmul": ("n = 120", "n = 12"),
    "nbody": ("main(200000)", "main(200)"),
    "richards": ("once(10000)", "once(100)"),
    "sieve": ("sieve(1000000)", "sieve(1000)"),
    "sortkey": ("main(200000)", "main(200)"),
    "spectral": ("main(200)", "main(10)"),
    "strcat": ("main(200000)", "main(200)"),
    "toplevel": ("range(500000)", "range(500)"),
    "wordcount": ("make_text(200000)", "make_text(200)"),
}


@dataclass(frozen=True)
class Program:
    """A program that every side runs, and whose output is CPython's."""

    name: str
    text: str
    # The same with little to do.
    tiny: str
    # What is not to count: its imports alone, or all but its workload.
    base: str = ""


def own() -> list[Program]:
    """The programs of this folder."""
    programs = []
    for file in sorted((HERE / "programs").glob("*.py")):
        text = file.read_text(encoding="utf-8")
        large, small = TINY[file.stem]
        if large not in text:
            raise ValueError(f"{file.name} does not hold `{large}`")
        imports = "".join(line for line in text.splitlines(keepends=True) if line.startswith(("import ", "from ")))
        programs.append(Program(f"programs/{file.stem}", text, text.replace(large, small), imports))
    return programs
