"""Every code block of README, ARCHITECTURE and docs is run, and what it claims to print is what it prints.

Blocks by language: `python` is executed, and each `#>` comment must be the next line printed; `console` is a
session of commands after `$ `, with their output, where `...` stands for anything; `rust` is run by cargo as a
documentation test; `text` is a picture, not code. A language that is not in this list fails.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MARKS = re.compile(r" +[~^]+ *")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language):
    found = []
    for path in [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))]:
        text = path.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            if match[1] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append(pytest.param(match[2], id=f"{path.relative_to(ROOT)}:{line}"))
    assert found, f"no {language} block was found: the guard looks at nothing"
    return found


def test_every_language_is_known():
    languages = {m[1] for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] for m in FENCE.finditer(p.read_text())}
    assert languages <= {"python", "console", "text", "rust", "toml"}, languages


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__", "*.kj*", "*.db*"))
    return tmp_path


def environment():
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "NO_COLOR": "1"}


@pytest.mark.parametrize("source", blocks("python"))
def test_python_block(source, folder):
    file = folder / "block.py"
    file.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file], capture_output=True, text=True, cwd=folder, env=environment(), timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    wanted = [line.split("#>", 1)[1].strip() for line in source.splitlines() if "#>" in line]
    assert [line.strip() for line in done.stdout.splitlines()] == wanted


@pytest.mark.parametrize("session", blocks("console"))
def test_console_block(session, folder):
    commands = re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
    assert commands, "a console block needs a command after `$ `"
    for command in commands:
        line, _, wanted = command.partition("\n")
        line = line.split("  #")[0].strip()
        if line.startswith("cargo"):
            continue  # the two commands of the repository itself: this test is run by one of them
        # `cd` lasts for the commands that follow, as it does for a reader.
        memory = folder / ".directory"
        here = memory.read_text().strip() if memory.exists() else folder
        script = f"{line}\nstatus=$?; pwd > {memory}; exit $status"
        done = subprocess.run(
            ["bash", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=here,
            env=environment(),
            timeout=120,
            check=False,
        )
        assert done.returncode in (0, 1, 75, 137), f"{line}: exit {done.returncode}\n{done.stdout}"
        assert like(wanted, done.stdout), f"$ {line}\n--- wanted\n{wanted}\n--- printed\n{done.stdout}"


def like(wanted, printed):
    """Whether the text is as wanted, where `...` stands for anything and spaces at line ends do not count.

    Nor do the lines under a traceback's lines of source, in which each version of CPython points at something else.
    """
    tidy = "\n".join(line.rstrip() for line in wanted.strip().splitlines())
    pattern = ".*?".join(re.escape(part) for part in tidy.split("..."))
    text = "\n".join(line.rstrip() for line in printed.strip().splitlines() if not MARKS.fullmatch(line))
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def test_like_can_fail():
    assert like("a ... c", "a b c")
    assert not like("a ... c", "a b d")
    assert like("  a", "  a\n  ^~~")
    assert not like("", "something")
