"""Where effects have their fields: places in the object, unless two bases would use the same ones."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_apart", "keep_apart"]


class _Kept:
    """A field in the dictionary of an effect."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        try:
            return instance.__dict__[self.name]
        except KeyError:
            raise AttributeError(f"{type(instance).__name__!r} object has no attribute {self.name!r}") from None

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = value


def is_apart(cls: type) -> bool:
    """Whether two bases of a class of effects have fields and know nothing of each other."""
    laid = _laid(cls)
    return not all(issubclass(laid[0], base) for base in laid)


def keep_apart(cls: type) -> None:
    """Takes the fields of two such bases out of the one place in the object that each of them believes to have."""
    for base in _laid(cls):
        for name in base.__dict__["__kont_layout__"].names:
            if name not in cls.__dict__:
                setattr(cls, name, _Kept(name))


def _laid(cls: type) -> list[type]:
    return [base for base in cls.__mro__[1:] if "__kont_layout__" in base.__dict__ and base.__dict__["__kont_layout__"].names]
