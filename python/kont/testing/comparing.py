"""How what was performed is compared with what a test wants, and shown beside it."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Sequence
from typing import Any, TypeAlias

from kont.effects import Effect
from kont.errors import UsageError

__all__ = ["Wanted", "check", "compare", "difference", "fits", "name"]

# An effect, which is compared with `==`, or a class of effects, which any effect of it fits.
Wanted: TypeAlias = Effect[Any] | type[Effect[Any]]


def check(wanted: Any) -> Wanted:
    """Refuses what no effect can ever fit."""
    if isinstance(wanted, Effect) or isinstance(wanted, type) and issubclass(wanted, Effect):
        # It is compared and never performed.
        if isinstance(wanted, Effect):
            wanted._kont_may_be_dropped()
        return wanted
    raise UsageError(f"{wanted!r} is no effect and no class of effects\nhelp: write `MyEffect(...)` or `MyEffect`")


def fits(effect: Effect[Any], wanted: Wanted) -> bool:
    """Whether an effect is what was wanted."""
    if isinstance(wanted, type):
        return isinstance(effect, wanted)
    return bool(effect == wanted)


def name(wanted: Wanted) -> str:
    """A wanted effect in messages."""
    return f"any {wanted.__name__}" if isinstance(wanted, type) else repr(wanted)


def difference(wanted: Wanted, effect: Effect[Any]) -> list[str]:
    """The fields in which an effect differs from a wanted one of the same class, a line for each."""
    if isinstance(wanted, type) or type(wanted) is not type(effect) or not dataclasses.is_dataclass(effect):
        return []
    lines = []
    for field in dataclasses.fields(effect):
        one, other = getattr(wanted, field.name, None), getattr(effect, field.name, None)
        if one != other:
            lines.append(f"{field.name}: {one!r} was expected, {other!r} was performed")
    return lines


def compare(wanted: Sequence[Wanted], effects: Sequence[Effect[Any]]) -> str | None:
    """What to add (`-`: expected only) and to leave out (`+`: performed only), or None if there is nothing."""
    if len(wanted) == len(effects) and all(map(fits, effects, wanted)):
        return None
    # A class stands for the effects of it: where it fits, it is the same line.
    left = _labels(wanted, effects)
    right = [repr(effect) for effect in effects]
    lines: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind == "equal":
            lines.extend(f"    {line}" for line in right[c:d])
            continue
        lines.extend(f"  - {name(one)}" for one in wanted[a:b])
        lines.extend(f"  + {line}" for line in right[c:d])
        if b - a == d - c == 1:
            lines.extend(f"      {line}" for line in difference(wanted[a], effects[c]))
    return "\n".join(lines)


def _labels(wanted: Sequence[Wanted], effects: Sequence[Effect[Any]]) -> list[str]:
    """What stands for each wanted effect: the next performed one that it fits, and else itself."""
    labels = []
    at = 0
    for one in wanted:
        found = next((place for place in range(at, len(effects)) if fits(effects[place], one)), None)
        if found is None:
            labels.append(name(one))
        else:
            labels.append(repr(effects[found]))
            at = found + 1
    return labels
