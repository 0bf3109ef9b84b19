"""What `import kont` imports, and that every public name is there all the same."""

import ast
import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import kont



def imported_by(code):
    """The modules that a piece of code imports, in an interpreter that has nothing but what CPython itself begins with."""
    source = f"import sys; sys.path[:0] = {sys.path!r}; before = set(sys.modules)\n{code}\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", source], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_kont_imports_the_extension_and_nothing_else():
    assert imported_by("import kont") == {"kont", "kont._kont"}


def declared():
    """The names that type checkers see, and the modules that they come from."""
    tree = ast.parse(Path(kont.__file__).read_text())
    [block] = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    for node in block.body:
        for alias in node.names:
            assert alias.name == alias.asname
            yield alias.name, node.module


def test_checkers_and_programs_see_the_same_names():
    assert {name: f"kont.{module}" for name, module in kont._HOMES.items()} == dict(declared())


def test_every_name_is_the_one_of_its_module():
    for name, module in declared():
        assert getattr(kont, name) is getattr(importlib.import_module(module), name)


def test_dir_and_star_have_all_names_before_any_is_used():
    code = (
        "import kont; names = dir(kont); namespace = {}; exec('from kont import *', namespace)\n"
        "assert {'Effect', 'run', 'run_async', 'handler', 'errors'} <= set(names), names\n"
        "assert {'Effect', 'run', 'run_async', 'handler'} <= set(namespace), list(namespace)\n"
        "assert 'errors' not in namespace and 'TYPE_CHECKING' not in names"
    )
    imported_by(code)


def test_modules_are_there_without_an_import():
    imported_by("import kont; kont.errors.UsageError, kont.tools.Tool, kont.effects.Effect")


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'kont' has no attribute 'handel'") as caught:
        kont.handel
    assert caught.value.obj is kont and caught.value.name == "handel"


def test_pickles_find_the_names():
    packed = pickle.dumps([kont.Sleep(1.0), kont.Effect, kont.UsageError("no")])
    assert len(pickle.loads(packed)) == 3
    modules = imported_by(f"import pickle; assert len(pickle.loads({packed!r})) == 3")
    assert "kont.effects" in modules
