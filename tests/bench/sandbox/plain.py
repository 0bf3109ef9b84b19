"""Runs one program in this CPython: `plain.py FILE [BASE]`. Its last line on standard error is what it took, in nanoseconds.

BASE is a program that is not to count: it runs twice before, so that what it imports is there, and its time is taken off.
"""

import sys
import time


def main(file: str, base: str | None = None) -> None:
    less = 0
    if base is not None:
        timed(base)
        less = timed(base)
    print(max(0, timed(file) - less), file=sys.stderr)


def timed(file: str) -> int:
    with open(file, encoding="utf-8") as source:
        text = source.read()
    start = time.process_time_ns()
    code = compile(text, file, "exec")
    names = {"__name__": "__main__"}
    exec(code, names)
    # What the program still holds is freed, as the sandbox frees it.
    names.clear()
    sys.stdout.flush()
    return time.process_time_ns() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
