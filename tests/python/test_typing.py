"""What type checkers say of the package, of programs that use it, and of mistakes in such programs."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPING = ROOT / "tests" / "typing"


def mypy(*arguments, folder):
    command = [sys.executable, "-m", "mypy", "--strict", "--warn-unused-ignores", "--cache-dir", folder, *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)


def pyright():
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", TYPING],
        capture_output=True,
        text=True,
        cwd=TYPING,
        timeout=300,
        check=False,
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright does not start, it needs node: {done.stderr.strip()[-200:]}")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


def test_mypy_finds_nothing_in_the_package_and_in_programs(cache):
    # Values of `Any` are returned where libraries of the standard library are not typed.
    done = mypy("--disable-error-code", "no-any-return", "python/kont", "tests/typing", folder=cache)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_each_mistake(cache, tmp_path):
    source = (TYPING / "mistakes.py").read_text(encoding="utf-8")
    marked = [n for n, line in enumerate(source.splitlines(), 1) if "# type: ignore" in line]
    assert len(marked) >= 10
    file = tmp_path / "mistakes.py"
    file.write_text(source.replace("# type: ignore", "# unmarked"), encoding="utf-8")
    done = mypy(str(file), folder=cache)
    assert sorted({int(n) for n in re.findall(r"mistakes\.py:(\d+): error", done.stdout)}) == marked, done.stdout


def test_pyright_finds_nothing_in_programs_and_each_mistake():
    # Marks without a mistake are errors by the configuration.
    report = pyright()
    assert report["summary"]["filesAnalyzed"] == len(list(TYPING.glob("*.py"))) == 2
    assert report["generalDiagnostics"] == []
