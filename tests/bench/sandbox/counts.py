"""Instructions in place of time: the same on a busy machine as on an idle one. With valgrind, fifty times as slow."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import sides
from programs import Program
from sides import Failed, Side


def table(programs: list[Program], kont: Side, interpreter: str) -> None:
    """Prints the instructions of each program in kont and in CPython, in millions."""
    if shutil.which("valgrind") is None:
        raise Failed("valgrind was not found\n  help: install it (`apt install valgrind`)")
    plain = sides.cpython("cpython", interpreter)
    if plain is None:
        raise Failed(f"{interpreter} is no CPython\n  help: name one with --python")
    print(f"Millions of instructions, less those of an empty program or of what it imports. cpython: {plain.title}.\n")
    print("| program | kont | cpython | / cpython |\n|---|---:|---:|---:|", flush=True)
    for program in programs:
        ours, theirs = (counted(side, program) / 1e6 for side in (kont, plain))
        print(f"| {program.name} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.2f} |", flush=True)


def counted(side: Side, program: Program) -> int:
    """Instructions of a program alone."""
    with tempfile.TemporaryDirectory() as folder:
        file, base = Path(folder) / "program.py", Path(folder) / "base.py"
        file.write_text(program.text, encoding="utf-8")
        base.write_text(program.base, encoding="utf-8")
        return whole(side, file) - whole(side, base)


def whole(side: Side, file: Path) -> int:
    """Instructions of one whole run."""
    out = file.with_suffix(".callgrind")
    command = ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}", *side.command, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{file.name} does not run under valgrind in {side.title}\n{done.stderr.strip()[-500:]}")
    found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
    if found is None:
        raise Failed("valgrind wrote no total")
    return int(found[1])
