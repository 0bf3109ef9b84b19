"""What type checkers say of the package, of programs that use it, of mistakes in such programs, and of the docs.

A line that ends with `# error: mypy[code] pyright[code] ty[code]` has these errors and no others; every other line has
none. A checker that is not named finds nothing in the line.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPING = ROOT / "tests" / "typing"
PAGE = ROOT / "docs" / "reference" / "typing.md"
PROGRAMS = ["programs.py", "rows.py", "run_async.py", "standard.py"]
MISTAKES = ["mistakes.py", "row_mistakes.py"]
CHECKERS = ["mypy", "pyright", "ty"]
MARK = re.compile(r"# error: (.*)$")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(*command, cwd):
    return subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, cwd=cwd, timeout=300, check=False
    )


def mypy(folder, cache):
    done = run("mypy", "--strict", "--warn-unused-ignores", "--cache-dir", cache, *names(folder), cwd=folder)
    assert done.stdout.strip(), done.stderr
    for match in re.finditer(r"^([^:\n]+):(\d+): error: (.*)\[([\w-]+)\]$", done.stdout, re.MULTILINE):
        yield match[1], int(match[2]), match[4], match[3]


def pyright(folder, cache):
    done = run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder), cwd=folder)
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright does not start, it needs node: {done.stderr.strip()[-200:]}")
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(names(folder))
    for one in report["generalDiagnostics"]:
        yield Path(one["file"]).name, one["range"]["start"]["line"] + 1, one.get("rule", one["severity"]), one["message"]


def ty(folder, cache):
    done = run("ty", "check", "--python", sys.prefix, "--output-format", "concise", *names(folder), cwd=folder)
    assert done.stdout.strip(), done.stderr
    for match in re.finditer(r"^([^:\n]+):(\d+):\d+: (?:error|warning)\[([\w-]+)\] (.*)$", done.stdout, re.MULTILINE):
        yield match[1], int(match[2]), match[3], match[4]


def names(folder):
    return sorted(path.name for path in folder.glob("*.py"))


def found(checker, folder, cache):
    """What a checker finds in the files of a folder: by file and line the codes of the errors, and the whole report."""
    codes, report = defaultdict(lambda: defaultdict(set)), []
    for file, line, code, message in globals()[checker](folder, cache):
        codes[file][line].add(code)
        report.append(f"{file}:{line}: {message} [{code}]")
    return {file: dict(lines) for file, lines in codes.items()}, "\n".join(report)


def marked(source, checker):
    """What the marks of a file say of a checker."""
    lines = {}
    for number, line in enumerate(source.splitlines(), 1):
        for name, codes in re.findall(r"(\w+)\[([^]]*)\]", match[1]) if (match := MARK.search(line)) else ():
            assert name in CHECKERS, line
            if name == checker:
                lines[number] = set(codes.split(", "))
    return lines


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of `tests/typing`, and each example of the page on types as a file."""
    folder = tmp_path_factory.mktemp("typing")
    for path in TYPING.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    for number, block in enumerate(BLOCK.findall(PAGE.read_text(encoding="utf-8"))):
        (folder / f"page{number}.py").write_text(block, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=CHECKERS)
def checked(request, folder, cache):
    return request.param, *found(request.param, folder, cache)


def test_mypy_finds_nothing_in_the_package(cache):
    # Values of `Any` are returned where libraries of the standard library are not typed.
    packages = ("python/kont", "python/kont_pytest")
    done = run("mypy", "--strict", "--disable-error-code", "no-any-return", "--cache-dir", cache, *packages, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_is_one_of_programs_or_mistakes():
    assert names(TYPING) == sorted(PROGRAMS + MISTAKES)


def test_nothing_is_found_but_what_is_marked(checked, folder):
    checker, codes, report = checked
    wanted = {name: marked((folder / name).read_text(encoding="utf-8"), checker) for name in names(folder)}
    assert codes == {name: lines for name, lines in wanted.items() if lines}, report


@pytest.mark.parametrize("checker", CHECKERS)
def test_there_are_marks(checker, folder):
    for name in MISTAKES:
        assert len(marked((folder / name).read_text(encoding="utf-8"), checker)) >= 10
    for name in PROGRAMS:
        assert marked((folder / name).read_text(encoding="utf-8"), checker) == {}
    assert any(marked(path.read_text(encoding="utf-8"), checker) for path in folder.glob("page*.py"))


def test_marks_can_be_wrong():
    assert marked('x = 1  # error: mypy[misc] ty[a, b]\ny = 2\nz = 3  # error: ty[c]', "ty") == {1: {"a", "b"}, 3: {"c"}}
    assert marked("x = 1\n", "mypy") == {}
