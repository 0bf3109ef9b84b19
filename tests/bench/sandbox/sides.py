"""Who runs a program: kont's sandbox, CPythons, Monty. Each run has a process of its own, and its time is the processor's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PROBE = "import platform, sys; print(platform.python_version(), sys.implementation.name)"


class Failed(Exception):
    """A side does not run a program; the text says why, in its own words."""


@dataclass
class Side:
    """One that runs programs."""

    # The key in tables, and what it is called there.
    name: str
    title: str
    # What is put before the program's file.
    command: list[str]
    # Whether it says itself what it took. Of others the whole process counts, less that of an empty program.
    tells_time: bool = True
    empty_ns: float | None = field(default=None, repr=False)

    def sample(self, file: Path, base: Path | None = None) -> tuple[float, str]:
        """One run: nanoseconds on the processor, less those of the base alone, and what the program printed."""
        if self.tells_time:
            _, out, err, _ = self._run(file, *([base] if base else []))
            return float(err.splitlines()[-1]), out
        if base is not None:
            less, _, _, _ = self._run(base)
        elif self.empty_ns is None:
            with tempfile.NamedTemporaryFile(suffix=".py") as empty:
                less = self.empty_ns = min(self._run(Path(empty.name))[0] for _ in range(5))
        else:
            less = self.empty_ns
        ns, out, _, _ = self._run(file)
        return max(0.0, ns - less), out

    def memory(self, file: Path) -> tuple[int, str]:
        """One run: the most bytes of memory that were resident, and what the program printed."""
        _, out, _, bytes_ = self._run(file)
        return bytes_, out

    def _run(self, *files: Path) -> tuple[float, str, str, int]:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([*self.command, *map(str, files)], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode(errors="replace"))
        if child.returncode != 0:
            raise Failed(reason(texts[1]) or f"ended with status {child.returncode}")
        return (used.ru_utime + used.ru_stime) * 1e9, texts[0], texts[1], used.ru_maxrss * 1024


def reason(said: str) -> str:
    """The line of an error that says what is wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.strip().startswith("help:")]
    last = lines[-1] if lines else ""
    return re.sub(r"^NotImplementedError: The monty syntax parser does not yet support ", "no ", last)


def kont(program: Path) -> Side:
    return Side("kont", "kont", [str(program), "run"])


def cpython(name: str, interpreter: str) -> Side | None:
    """A CPython; None if there is none at that path."""
    try:
        said = subprocess.run([interpreter, "-I", "-c", PROBE], capture_output=True, text=True, check=True).stdout.split()
    except (OSError, subprocess.CalledProcessError):
        return None
    if len(said) != 2 or said[1] != "cpython":
        return None
    return Side(name, f"CPython {said[0]} ({interpreter})", [interpreter, "-I", str(HERE / "plain.py")])


def monty() -> Side | None:
    """Monty's own program, which runs a file in its process; the Python package would start it as a worker and talk to it."""
    program = Path(sys.executable).with_name("monty")
    if not program.exists():
        return None
    limits = ["--max-total-sleep", "0"]
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout.split()
    return Side("monty", f"Monty {said[-1] if said else ''}".strip(), [str(program), *limits], tells_time=False)
