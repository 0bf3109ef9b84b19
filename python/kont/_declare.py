"""What is wrong with the class of an effect, said where the class is made."""

from __future__ import annotations

from kont.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

__all__ = ["refuse_untyped", "refused"]


def refused(cls: type, error: Exception) -> UsageError | None:
    """What to say instead of what `dataclass` says of a class; None if there is nothing better to say."""
    import dataclasses

    annotated: dict[str, Any] = vars(cls).get("__annotations__") or getattr(cls, "__annotations__", {})
    seen = ""
    for name, kind in annotated.items():
        default = vars(cls).get(name, dataclasses.MISSING)
        if isinstance(default, dataclasses.Field):
            has_default = default.default is not dataclasses.MISSING or default.default_factory is not dataclasses.MISSING
            default = default.default
        else:
            has_default = default is not dataclasses.MISSING
        shown = kind if isinstance(kind, str) else getattr(kind, "__name__", repr(kind))
        if default is not dataclasses.MISSING and type(default).__hash__ is None:
            return UsageError(
                f"all effects `{cls.__qualname__}` would share the default {default!r} of `{name}`\n"
                f"help: write `{name}: {shown} = dataclasses.field(default_factory=...)`, or a default that cannot change"
            )
        if seen and not has_default and "ClassVar" not in str(kind):
            return UsageError(
                f"`{name}` of the effect `{cls.__qualname__}` has no default, and `{seen}` before it has one\n"
                f"help: put `{name}` first, or give it a default"
            )
        if has_default and "ClassVar" not in str(kind):
            seen = name
    for name, value in vars(cls).items():
        if isinstance(value, dataclasses.Field) and name not in annotated:
            return _untyped(cls, name, "dataclasses.field(...)")
    if "follows default argument" in str(error):
        return UsageError(
            f"the effect `{cls.__qualname__}` has fields without a default, and those of its base class have one\n"
            "help: give its own fields defaults too"
        )
    return None


def refuse_untyped(cls: type, fields: Container[str]) -> None:
    """Refuses what looks like a field and is none: a value with a name, and no type.

    A constant in capitals, a function, a class or a descriptor is no field, and is not meant to be one.

    Raises:
        UsageError: there is such a value.
    """
    for name, value in vars(cls).items():
        if name in fields or name.startswith("_") or name.isupper():
            continue
        if callable(value) or hasattr(type(value), "__get__"):
            continue
        raise _untyped(cls, name, repr(value))


def _untyped(cls: type, name: str, value: str) -> UsageError:
    return UsageError(
        f"`{name}` of the effect `{cls.__qualname__}` has no type, and is no field without one\n"
        f"help: write `{name}: SomeType = {value}`; what all such effects share is `{name}: ClassVar = ...`"
    )
