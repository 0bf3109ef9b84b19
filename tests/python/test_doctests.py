"""Every example in a docstring of the package is run, and every public name has a docstring."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import kont

MODULES = [module.name for module in pkgutil.iter_modules(kont.__path__, "kont.") if not module.name.endswith("__main__")]


@pytest.mark.parametrize("name", ["kont", *MODULES])
def test_the_examples_of_a_module(name):
    done = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert done.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 12


def test_every_public_name_has_a_docstring():
    public = [name for name in dir(kont) if not name.startswith("_") and name != "annotations" and not inspect.ismodule(getattr(kont, name))]
    assert len(public) > 50
    # `kont.Do[Row, Value]` is a generic alias, which has no place for one; the page on types describes it.
    assert [name for name in public if not (getattr(kont, name).__doc__ or "").strip()] == ["Do"]
