"""Runs one program in this CPython: `plain.py FILE`. Its last line on standard error is what it took, in nanoseconds."""

import sys
import time


def main(file: str) -> None:
    with open(file, encoding="utf-8") as source:
        text = source.read()
    start = time.process_time_ns()
    code = compile(text, file, "exec")
    names = {"__name__": "__main__"}
    exec(code, names)
    # What the program still holds is freed, as the sandbox frees it.
    names.clear()
    sys.stdout.flush()
    print(time.process_time_ns() - start, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
