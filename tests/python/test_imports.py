"""What `import kont` imports, and that every public name is there all the same."""

import ast
import copy
import dataclasses
import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

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


FIRST_RUN = """
import kont

class Ask(kont.Effect[str]):
    key: str
    times: int = 1

@kont.handler(Ask)
def shout(effect):
    return effect.key.upper() * effect.times

@kont.do
def twice(key):
    return (yield Ask(key)) + (yield Ask(key, 2))

async def program():
    task = await kont.Spawn(twice("a"))
    async with kont.timeout(60):
        return await task

assert kont.run(program(), shout) == "AAA"
"""


def test_a_program_with_effects_handlers_and_tasks_needs_none_of_the_heavy_modules():
    # Each of these takes longer to import than all that such a program needs of kont.
    heavy = {"asyncio", "contextlib", "dataclasses", "functools", "inspect", "json", "re", "socket", "sqlite3", "typing", "uuid"}
    assert imported_by(FIRST_RUN) & heavy == set()


def test_who_looks_at_an_effect_sees_a_dataclass():
    class Ask(kont.Effect[str]):
        key: str
        times: int = 1

    class Loud(Ask):
        mark: str = "!"

    ask = Ask("x")
    assert [(one.name, one.default) for one in dataclasses.fields(Ask)] == [("key", dataclasses.MISSING), ("times", 1)]
    assert [one.name for one in dataclasses.fields(Loud("x"))] == ["key", "times", "mark"]
    assert dataclasses.is_dataclass(ask) and dataclasses.asdict(ask) == {"key": "x", "times": 1}
    assert dataclasses.replace(Loud("x"), times=2) == Loud("x", 2) != Ask("x", 2)
    assert str(inspect.signature(Loud)) == "(key: str, times: int = 1, mark: str = '!') -> None"
    assert inspect.getdoc(Ask).startswith("Ask(key: str") or "Ask(key: 'str'" in inspect.getdoc(Ask)
    assert Ask.__dataclass_params__.frozen and Loud.__match_args__ == ("key", "times", "mark")
    with pytest.raises(TypeError, match=r"Ask.__init__\(\) missing 1 required positional argument: 'key'"):
        Ask()
    if sys.version_info >= (3, 13):
        assert copy.replace(ask, key="y") == Ask("y")


def test_what_takes_dataclasses_to_tell_is_told_by_them():
    class Whole(kont.Effect[int]):
        all: ClassVar[int] = 5
        parts: list[int] = dataclasses.field(default_factory=list)
        doubled: dataclasses.InitVar[int] = 0

        def __post_init__(self, doubled):
            object.__setattr__(self, "twice", 2 * doubled)

    class More(Whole):
        name: str = "more"

    assert Whole() == Whole([]) != Whole([1]) and Whole(doubled=4).twice == 8
    assert [one.name for one in dataclasses.fields(More)] == ["parts", "name"]
    assert repr(More([1])) == f"{More.__qualname__}(parts=[1], name='more')"

    class Own(Whole):
        def __init__(self, name):
            super().__init__([name], doubled=1)

    assert Own("x").parts == ["x"] and str(inspect.signature(Own)) == "(name)"


def test_an_effect_that_is_a_part_of_itself_is_shown():
    class Box(kont.Effect[int]):
        inside: list

    inside = []
    inside.append(Box(inside))
    assert repr(inside[0]).endswith("Box(inside=[...])") and "Box" in repr(inside)
