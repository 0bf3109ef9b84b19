"""The examples in the docstrings of the standard handlers are run."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import kont.std

MODULES = ["kont.std", *(f"kont.std.{module.name}" for module in pkgutil.iter_modules(kont.std.__path__))]
HANDLERS = [name for name in vars(kont.std) if name[0].islower() and not name.startswith("_")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    done = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert done.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = sum(len(test.examples) for name in MODULES for test in finder.find(importlib.import_module(name)))
    assert found > 20, "the guard looks at nothing"


def test_everything_public_says_what_it_is():
    public = [value for name, value in vars(kont.std).items() if not name.startswith("_") and name not in MODULES]
    silent = [value for value in public if not getattr(value, "__doc__", None)]
    assert not silent
    assert not [n for n in HANDLERS if n in {m.rpartition(".")[2] for m in MODULES} and callable(vars(kont.std)[n])]


def test_everything_public_is_in_the_reference():
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "standard-handlers.md"
    words = set(re.findall(r"\w+", page.read_text(encoding="utf-8")))
    modules = {name.rpartition(".")[2] for name in MODULES}
    public = {name for name in vars(kont.std) if not name.startswith("_")} - modules
    assert len(public) > 40, "the guard looks at nothing"
    assert public <= words, public - words
