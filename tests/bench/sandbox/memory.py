"""How many bytes of memory an object takes, measured from outside: what more a process needs for more objects."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sides import Failed, Side

PROGRAM = """\
class Point:
    def __init__(self, a, b):
        self.a = a
        self.b = b

    def go(self):
        return self.a

def maker(n):
    def made():
        return n
    return made

{more}
def make(n):
    x = None
    point = Point(1, 2)
    return [{one} for i in range(n)]

print(len(make({n})))
"""
GENERATOR = """
def each(n):
    for i in range(n):
        yield i

def started(n):
    g = each(n)
    next(g)
    return g
"""
# What stands in a list of many, by what it is called.
KINDS = {
    "element of a list": "x",
    "int": "i + 1000",
    "int of 100 bits": "(1 << 100) + i",
    "float": "i + 0.5",
    "str of 4 characters": "f'{i % 10000:04}'",
    "str of 12 characters": "f'name{i:08}'",
    "tuple of 2": "(x, x)",
    "list of 2": "[x, x]",
    "dict of 2": "{'a': x, 'b': x}",
    "set of 2": "{1, 2}",
    "instance with 2 attributes": "Point(x, x)",
    "bound method": "point.go",
    "function with a variable of its own": "maker(x)",
    "exception": "ValueError(x)",
    "generator that waits": "started(3)",
}


def text(kind: str, n: int) -> str:
    return PROGRAM.format(more=GENERATOR if "generator" in kind else "", one=KINDS[kind], n=n)


def peak(side: Side, kind: str, n: int) -> int:
    """The most memory of one run that was resident."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "objects.py"
        file.write_text(text(kind, n) if n else "", encoding="utf-8")
        bytes_, output = side.memory(file)
    if n and output != f"{n}\n":
        raise Failed(f"it made {output.strip()} objects, not {n}")
    return bytes_


def each(side: Side, kind: str) -> float:
    """Bytes for each, its place in the list included."""
    # A process counts as its own what its parent had in memory when it began.
    floor = peak(side, kind, 0)
    n = 200_000
    few = peak(side, kind, n)
    while few < 1.5 * floor:
        n *= 2
        few = peak(side, kind, n)
    return (peak(side, kind, 2 * n) - few) / n
