"""What a user reads after a mistake: each program of `tracebacks/` is run, and prints what lies beside it.

`WRITE_TRACEBACKS=1` writes the texts anew; read each one as somebody who has made the mistake.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "tracebacks"
PROGRAMS = sorted(FOLDER.glob("*.py"))
# Which part of a line is marked, and whether one is at all, differs between the versions of CPython.
MARKS = re.compile(r"^[ |]*[~^]+[~^ ]*\n", re.MULTILINE)
# So do the frames of its library, and at which depth and in which call the stack ends.
LIBRARY = re.compile(r'^[ |]*File "(?:[^"]*/lib/python3[^"]*|<string>)", line .*\n(?:(?![ |]*File ) {4}.*\n)?', re.MULTILINE)
REPEATED = re.compile(r"\[Previous line repeated \d+ more times\]\n(?:.*\n)*?(?=RecursionError)")
DEPTH = re.compile(r"(maximum recursion depth exceeded).*")
# What is refused before a program runs is raised by a function of kont, as by one of any other library.
OWN = re.compile(r'^  File "[^"]*/(kont/\w+\.py)", line \d+, in (\w+)\n(?: {4}.*\n)*', re.MULTILINE)
# Newer versions guess what was meant.
GUESS = re.compile(r"\. Did you mean '\w+'\?")


def printed(program):
    """What a user reads: paths are those of the folder, as if the program had been started there."""
    done = subprocess.run(
        [sys.executable, program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHON_COLORS": "0"},
        timeout=60,
        check=False,
    )
    text = done.stdout + done.stderr.replace(str(FOLDER) + os.sep, "")
    text = LIBRARY.sub("", MARKS.sub("", text))
    text = REPEATED.sub("[Previous line repeated many times]\n", text)
    return OWN.sub(r'  File "\1", in \2\n', GUESS.sub("", DEPTH.sub(r"\1", text)))


def test_there_are_twenty_mistakes():
    assert len(PROGRAMS) >= 20


def test_no_text_is_left_of_a_program_that_is_gone():
    assert [path.stem for path in sorted(FOLDER.glob("*.txt"))] == [path.stem for path in PROGRAMS]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_what_is_read_after_a_mistake(program):
    text = printed(program)
    expected = program.with_suffix(".txt")
    if os.environ.get("WRITE_TRACEBACKS"):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8")
    if program.stem != "wrong_filter":
        assert 'File "kont/' not in text, "a frame of kont shows"
