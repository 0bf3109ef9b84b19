"""Each program of `tests/cases` prints on the CPython that runs these tests what its `.out` says.

The same files are run by the sandbox's own tests: together, a program prints in the sandbox what CPython prints.
"""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "cases"
PROGRAMS = sorted(p for p in ROOT.glob("*/*.py") if p.parent.name != "refused")
HOSTILE = sorted((ROOT.parent / "hostile").glob("*.py"))


def test_there_are_programs():
    assert len(PROGRAMS) >= 125
    assert len(HOSTILE) >= 60


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="CPython 3.14 words many messages anew; the sandbox speaks as 3.11 to 3.13 do")
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_cpython_prints_what_is_expected(path: Path):
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "random"}
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", path],
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.stdout.decode() == path.with_suffix(".out").read_text("utf-8")
    error = path.with_suffix(".err")
    if error.exists():
        assert done.returncode == 1
        assert last_line(done.stderr.decode()) == error.read_text("utf-8").strip()
    else:
        assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("path", sorted((ROOT / "refused").glob("*.py")), ids=lambda p: p.stem)
def test_a_refused_program_says_what_is_expected(path: Path):
    assert path.with_suffix(".err").read_text("utf-8").strip()


@pytest.mark.parametrize("path", HOSTILE, ids=lambda p: p.stem)
def test_a_hostile_program_is_python_and_says_how_it_ends(path: Path):
    source = path.read_text("utf-8")
    with warnings.catch_warnings():
        # `break` in `finally` is Python, of which CPython 3.14 warns.
        warnings.simplefilter("ignore", SyntaxWarning)
        compile(source, str(path), "exec")
    assert source.startswith(("# limit: ", "# error: ", "# done"))
