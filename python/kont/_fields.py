"""The methods of effects that are nothing but fields.

They do what those of `dataclasses.dataclass(frozen=True)` do, which takes longer to import than the rest of kont and
compiles three functions for each class. Whoever looks at such a class as at a dataclass finds one: what only they ask
for is made when they first ask.
"""

from __future__ import annotations

import sys
from _operator import attrgetter
from _thread import get_ident
from types import MemberDescriptorType

from kont import _kont
from kont._declare import refuse_untyped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["declare"]

# What `_kont.lay_out` has room for.
_REQUIRED_MAX, _FIELDS_MAX = 4, 12


class _Missing:
    """The default of a field that has none."""


MISSING = _Missing()


def declare(cls: type) -> bool:
    """Makes a frozen dataclass of a class of effects; says whether it could. If not, the class is as it was.

    It leaves to `dataclasses` whatever is more than names with types and defaults, and whatever is wrong.

    Raises:
        UsageError: a value in the body has no type.
    """
    fields = _fields(cls)
    if fields is None:
        return False
    refuse_untyped(cls, fields)
    given: dict[str, Any] = cls.__dict__  # type: ignore[assignment]
    names = tuple(fields)
    made: dict[str, Any] = {
        "__kont_fields__": fields,
        "__kont_values__": _values(names),
        "__init__": _init(cls),
        "__repr__": _repr,
        "__eq__": _eq,
        "__match_args__": names,
        "__dataclass_fields__": _Later("__dataclass_fields__"),
        "__dataclass_params__": _Later("__dataclass_params__"),
        "__signature__": _Later("__signature__", is_inherited=False),
    }
    if sys.version_info >= (3, 13):
        made["__replace__"] = _replace
    for name, value in made.items():
        if name not in given:
            setattr(cls, name, value)
    # One that says what is equal, and not how to hash that, has got None from CPython.
    if given.get("__hash__") is None:
        cls.__hash__ = _hash  # type: ignore[assignment,method-assign]
    if given.get("__doc__") is None:
        cls.__doc__ = _Later("__doc__")  # type: ignore[assignment]
    _kont.lay_out(cls, [(name, default) for name, (_, default) in fields.items()], MISSING)
    return True


def _fields(cls: type) -> dict[str, tuple[Any, Any]] | None:
    """The type and the default of each field, those of the bases first; None if it takes `dataclasses` to tell."""
    fields: dict[str, tuple[Any, Any]] = {}
    for base in reversed(cls.__mro__[1:]):
        known = base.__dict__.get("__kont_fields__")
        if known is not None and type(base.__dict__["__dataclass_fields__"]) is _Later:
            fields.update(known)
        elif hasattr(base, "__dataclass_fields__"):
            return None
    try:
        annotated = cls.__annotations__
    except Exception:
        return None
    if "__slots__" in cls.__dict__ or hasattr(cls, "__post_init__"):
        return None
    for name, kind in annotated.items():
        if name in fields or _is_special(kind, cls):
            return None
        default = getattr(cls, name, MISSING)
        if isinstance(default, MemberDescriptorType):
            default = MISSING
        elif type(default).__hash__ is None or hasattr(type(default), "__get__"):
            return None
        fields[name] = (kind, default)
    for name, (_, default) in fields.items():
        # An attribute of that name is a default, or is where a base has laid it out.
        found = next((base.__dict__[name] for base in cls.__mro__ if name in base.__dict__), default)
        if found is not default and not isinstance(found, MemberDescriptorType):
            return None
    required = [default is MISSING for _, default in fields.values()]
    if sum(required) > _REQUIRED_MAX or len(fields) > _FIELDS_MAX or sorted(required, reverse=True) != required:
        return None
    dataclasses = sys.modules.get("dataclasses")
    if dataclasses and any(isinstance(value, dataclasses.Field) for value in cls.__dict__.values()):
        return None
    return fields


def _is_special(kind: Any, cls: type) -> bool:
    """Whether an annotation says something to `dataclasses` that is not the type of a field, or may say so."""
    if isinstance(kind, str):
        if "ClassVar" in kind or "InitVar" in kind or "KW_ONLY" in kind:
            return True
        # Under another name, perhaps.
        head = kind.partition("[")[0].strip()
        kind = getattr(sys.modules.get(cls.__module__), head, None)
    typing, dataclasses = sys.modules.get("typing"), sys.modules.get("dataclasses")
    if typing and getattr(kind, "__origin__", kind) is typing.ClassVar:
        return True
    if not dataclasses:
        return False
    return kind is dataclasses.KW_ONLY or kind is dataclasses.InitVar or isinstance(kind, dataclasses.InitVar)


def _values(names: tuple[str, ...]) -> Callable[[Any], Any]:
    """What gives the values of these fields, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    if names:
        get = attrgetter(*names)
        return lambda effect: (get(effect),)
    return lambda effect: ()


def _init(cls: type) -> Callable[..., None]:
    """The constructor of a class for who calls it with `super()`, or wrongly: the extension does what is usual."""
    written: Any = None

    def __init__(self: Any, /, *args: Any, **kwargs: Any) -> None:
        nonlocal written
        if written is None:
            written = _dataclass(cls).__init__
            if "__kont_layout__" not in cls.__dict__ and cls.__dict__["__init__"] is __init__:
                cls.__init__ = written  # type: ignore[misc]
        written(self, *args, **kwargs)

    return __init__


# Effects whose repr is being made, and the threads that do it: one may be a part of itself.
_shown: set[tuple[int, int]] = set()


def _repr(self: Any) -> str:
    here = id(self), get_ident()
    if here in _shown:
        return "..."
    _shown.add(here)
    try:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__kont_fields__)
        return f"{type(self).__qualname__}({fields})"
    finally:
        _shown.discard(here)


def _eq(self: Any, other: Any) -> bool:
    if type(other) is not type(self):
        return NotImplemented
    values: Callable[[Any], Any] = type(self).__kont_values__
    return bool(values(self) == values(other))


def _hash(self: Any) -> int:
    return hash(type(self).__kont_values__(self))


def _replace(self: Any, /, **changes: Any) -> Any:
    import dataclasses

    return dataclasses.replace(self, **changes)


class _Later:
    """An attribute of a class of effects that the dataclass with the same fields has."""

    def __init__(self, name: str, is_inherited: bool = True) -> None:
        self.name = name
        self.is_inherited = is_inherited

    def __get__(self, instance: Any, owner: type) -> Any:
        home = next(base for base in owner.__mro__ if base.__dict__.get(self.name) is self)
        if home is not owner and not self.is_inherited:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute {self.name!r}")
        made = _dataclass(home)
        if self.name == "__signature__":
            import inspect

            return inspect.signature(made)
        return getattr(made, self.name)


def _dataclass(cls: Any) -> Any:
    """The dataclass with the fields of a class of effects. It lives as long as the class."""
    made = cls.__dict__.get("__kont_dataclass__")
    if made is None:
        import dataclasses

        fields = cls.__kont_fields__
        body: dict[str, Any] = {name: default for name, (_, default) in fields.items() if default is not MISSING}
        body["__annotations__"] = {name: kind for name, (kind, _) in fields.items()}
        body["__module__"], body["__qualname__"] = cls.__module__, cls.__qualname__
        made = dataclasses.dataclass(frozen=True)(type(cls.__name__, (), body))
        cls.__kont_dataclass__ = made
    return made
