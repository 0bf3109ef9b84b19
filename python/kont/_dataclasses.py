"""Effects that are more than names with types and defaults: what `dataclasses` makes of them."""

from __future__ import annotations

import dataclasses
import inspect
import types

from kont import _kont
from kont._declare import refuse_untyped, refused
from kont._places import is_apart, keep_apart

__all__ = ["declare_whole"]


def declare_whole(cls: type) -> None:
    """Makes a frozen dataclass of a class of effects.

    Raises:
        UsageError: a field is what none can be.
    """
    factories = {name: value for name, value in cls.__dict__.items() if isinstance(value, dataclasses.Field)}
    try:
        dataclasses.dataclass(frozen=True)(cls)
    except (TypeError, ValueError) as error:
        better = refused(cls, error)
        if better is None:
            raise
        raise better from None
    refuse_untyped(cls, cls.__dict__["__dataclass_fields__"])
    # A second @dataclass must find the class as it was written: it refuses one that has these, and it needs
    # the fields that the first has taken away.
    for name in ("__setattr__", "__delattr__"):
        delattr(cls, name)
    for name, value in factories.items():
        setattr(cls, name, value)
    if is_apart(cls):
        keep_apart(cls)
    else:
        _lay_out(cls)


def _lay_out(cls: type) -> None:
    """Has the extension make the effects of a class, if it is nothing but a frozen dataclass."""
    given = dataclasses.fields(cls)
    code = cls.__init__.__code__  # type: ignore[misc]
    names = tuple(field.name for field in given)
    if hasattr(cls, "__post_init__") or code.co_varnames[1 : code.co_argcount] != names or code.co_kwonlyargcount:
        return
    for field in given:
        # An attribute of that name is a default, or is where a base has laid it out.
        found = inspect.getattr_static(cls, field.name, field.default)
        is_own = found is field.default or isinstance(found, types.MemberDescriptorType)
        if field.default_factory is not dataclasses.MISSING or not is_own:
            return
    _kont.lay_out(cls, [(field.name, field.default) for field in given], dataclasses.MISSING)
