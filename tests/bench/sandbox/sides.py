"""Who runs a program: kont's sandbox, CPythons, Monty. Each run has a process of its own, and its time is the processor's."""

from __future__ import annotations

import os
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

    def sample(self, file: Path) -> tuple[float, str]:
        """One run: nanoseconds on the processor, and what the program printed."""
        if self.tells_time:
            _, out, err = self._run(file)
            return float(err.splitlines()[-1]), out
        if self.empty_ns is None:
            with tempfile.NamedTemporaryFile(suffix=".py") as empty:
                self.empty_ns = min(self._run(Path(empty.name))[0] for _ in range(5))
        ns, out, _ = self._run(file)
        return max(0.0, ns - self.empty_ns), out

    def _run(self, file: Path) -> tuple[float, str, str]:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen([*self.command, str(file)], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read().decode(errors="replace"))
        if child.returncode != 0:
            lines = texts[1].strip().splitlines()
            raise Failed(lines[-1] if lines else f"ended with status {child.returncode}")
        return (used.ru_utime + used.ru_stime) * 1e9, texts[0], texts[1]


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
