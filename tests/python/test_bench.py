"""The measured programs of `tests/bench/python` answer what they must: run tiny, nothing is timed."""

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "bench" / "python"


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    import meter
    import rows

    yield rows, meter
    for path in FOLDER.glob("*.py"):
        sys.modules.pop(path.stem, None)


def test_every_side_that_needs_no_other_library_gives_the_answer_of_its_row(bench):
    rows, meter = bench
    ran = 0
    for row in rows.ROWS:
        for side, where in row.sides().items():
            if where.startswith(("ours:", "plain:")):
                answer = rows.find(where)(row.tiny, meter.Meter())
                assert answer == row.tiny, (row.name, side)
                ran += 1
    assert ran >= 50


def test_rows_compare_with_rows_that_are_there(bench):
    rows, _ = bench
    names = [row.name for row in rows.ROWS]
    assert len(set(names)) == len(names)
    assert {row.less for row in rows.ROWS if row.less} <= set(names)
