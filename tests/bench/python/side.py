"""Runs one side of one row: `side.py ROW SIDE SIZE [TIMES]` prints `figure answer`, of the best of so many times."""

from __future__ import annotations

import sys

from meter import Meter
from rows import ROWS, find


def main(name: str, side: str, size: str, times: str = "1") -> None:
    (row,) = [row for row in ROWS if row.name == name]
    program = find(row.sides()[side])
    best = None
    for _ in range(int(times)):
        meter = Meter()
        answer = program(int(size), meter)
        figure = meter.bytes if row.unit == "bytes" else meter.ns
        if figure is None:
            sys.exit("this system does not say how much memory a process takes")
        best = figure if best is None else min(best, figure)
    print(best, answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
