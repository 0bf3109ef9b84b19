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


# What the sandbox lacks for programs of pyperformance: a module, a type, or a right answer.
LACKS = {
    *("argparse", "bpe_tokeniser", "gc_collect", "logging", "mdp", "pprint", "pyflate", "raytrace", "regex_dna"),
    *("scimark_fft", "scimark_lu", "scimark_monte_carlo", "scimark_sor", "scimark_sparse_mat_mult"),
    "typing_runtime_protocols",
}


def test_programs_of_pyperformance_print_what_cpython_prints(bench):
    workloads = bench("workloads")
    benchmarks = workloads.folder()
    if benchmarks is None:
        pytest.skip("pyperformance is installed for the first Python only: what is tested is the sandbox")
    differ = set()
    for program in workloads.programs(benchmarks):
        name = program.name.removeprefix("pyperformance/")
        if name in LACKS:
            continue
        printed = plainly(program.tiny)
        assert printed, name
        if sandboxed(program.tiny) != printed:
            differ.add(name)
    assert not differ


def test_every_benchmark_of_pyperformance_is_measured_or_left_out_with_a_reason(bench):
    workloads = bench("workloads")
    benchmarks = workloads.folder()
    if benchmarks is None:
        pytest.skip("pyperformance is installed for the first Python only: what is tested is the sandbox")
    there = {path.name.removeprefix("bm_") for path in benchmarks.glob("bm_*")}
    measured = {work.folder or name for name, work in workloads.WORKLOADS.items()}
    left_out = {name for names in workloads.LEFT_OUT.values() for name in names.split()}
    assert measured | left_out == there and not measured & left_out


def test_objects_are_made_in_the_sandbox_as_their_table_says(bench):
    memory = bench("memory")
    for kind in memory.KINDS:
        assert sandboxed(memory.text(kind, 30)) == "30\n", kind


def test_what_a_host_in_python_pays_is_measured(bench):
    calls, costs = bench("calls"), bench("costs")
    ours = [row for side, row in calls.ROWS if side == "kont"]
    assert set(ours) == {cost.name for cost in costs.COSTS if cost.name.startswith("python-")}
    for row in ours:
        assert calls.ROWS["kont", row]() > 0, row


def test_every_row_has_a_name_of_its_own(bench):
    names = bench("table").names()
    assert len(names) == len(set(names)) and len(names) > 70


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
    assert remarks == {"other": "prints something else", "fails": "no: that"}


def test_a_program_that_the_first_side_does_not_run_is_run_by_nobody(bench):
    sides, table = bench("sides"), bench("table")
    program = bench("programs").Program("programs/one", "print(1)", "print(1)")
    fails = sides.Side("kont", "ends with 1", [sys.executable, "-c", "import sys; sys.exit('no: that')"])
    nobody = sides.Side("cpython", "is not there", ["/nowhere/python3"])
    assert table.fastest(program, [fails, nobody], 2) == ({}, {"kont": "no: that"})


def test_what_a_program_imports_does_not_count(bench):
    own = {program.name: program.base for program in bench("programs").own()}
    assert own["programs/jsonrt"] == "import json\n" and own["programs/fib"] == ""


def test_a_side_that_does_not_say_its_time_is_compared_with_an_empty_program(bench, tmp_path):
    side = bench("sides").Side("whole", "a process", [sys.executable], tells_time=False)
    file = tmp_path / "one.py"
    file.write_text("print(1)")
    ns, output = side.sample(file)
    assert ns >= 0 and output == "1\n"
    assert side.empty_ns is not None and side.empty_ns > 0


def test_a_python_that_is_not_there_is_no_side(bench):
    assert bench("sides").cpython("system", "/nowhere/python3") is None
