"""`functools.update_wrapper` without `functools`, which takes longer to import than what uses this here."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["wrap"]

_ANNOTATIONS = "__annotate__" if sys.version_info >= (3, 14) else "__annotations__"
_NAMES = ("__module__", "__name__", "__qualname__", "__doc__", _ANNOTATIONS, "__type_params__")


def wrap(made: Any, function: Any) -> None:
    """Lets what is made of a function look like the function."""
    for name in _NAMES:
        try:
            value = getattr(function, name)
        except AttributeError:
            continue
        setattr(made, name, value)
    made.__dict__.update(getattr(function, "__dict__", {}))
    made.__wrapped__ = function
