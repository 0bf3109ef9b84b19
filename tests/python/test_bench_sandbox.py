"""The measured programs of `tests/bench/sandbox` print in the sandbox what they print here: run tiny, nothing is timed."""

import contextlib
import importlib
import io
import sys
from pathlib import Path

import pytest

import kont

FOLDER = Path(__file__).resolve().parents[1] / "bench" / "sandbox"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    yield importlib.import_module
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


def plainly(text):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(text, "program.py", "exec"), {"__name__": "__main__"})
    return out.getvalue()


def sandboxed(text):
    box = kont.Sandbox(text, capture=True)
    box.run()
    return box.stdout


def test_every_program_prints_what_cpython_prints(bench):
    programs = bench("programs").own()
    assert len(programs) >= 18
    for program in programs:
        assert program.tiny != program.text, program.name
        printed = plainly(program.tiny)
        assert printed, program.name
        assert sandboxed(program.tiny) == printed, program.name


def test_a_row_is_chosen_by_its_name_or_its_group(bench):
    chosen = bench("table").chosen
    assert chosen("programs/fib", [])
    assert chosen("programs/fib", ["programs"]) and chosen("programs/fib", ["fi"])
    assert not chosen("programs/fib", ["ib"])


def test_a_side_that_fails_or_prints_something_else_has_no_figure(bench, tmp_path):
    sides, table = bench("sides"), bench("table")
    program = bench("programs").Program("programs/one", "print(1)", "print(1)")
    right = sides.cpython("cpython", sys.executable)
    says = tmp_path / "says.py"
    says.write_text("import sys; print(2); print(5, file=sys.stderr)")
    other = sides.Side("other", "prints 2", [sys.executable, str(says)])
    fails = sides.Side("fails", "ends with 1", [sys.executable, "-c", "import sys; sys.exit('no: that')"])
    times, remarks = table.fastest(program, [other, right, fails], 2)
    assert list(times) == ["cpython"] and times["cpython"] > 0
    assert remarks == ["other: another output", "fails: no: that"]


def test_a_side_that_does_not_say_its_time_is_compared_with_an_empty_program(bench, tmp_path):
    side = bench("sides").Side("whole", "a process", [sys.executable], tells_time=False)
    file = tmp_path / "one.py"
    file.write_text("print(1)")
    ns, output = side.sample(file)
    assert ns >= 0 and output == "1\n"
    assert side.empty_ns is not None and side.empty_ns > 0


def test_a_python_that_is_not_there_is_no_side(bench):
    assert bench("sides").cpython("system", "/nowhere/python3") is None
