"""The few names of `typing` that the modules on the way of every run need when they run: `typing` takes longer than they do."""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import TypeVar as TypeVar
    from typing import dataclass_transform as dataclass_transform
    from typing import overload as overload
else:
    _Alias = type(list[int])
    Any = object

    class Generic:
        """A base that takes types in brackets, after itself and after its subclasses, and remembers those of the latter."""

        def __class_getitem__(cls, types):
            return cls if cls is Generic else _Alias(cls, types)

    def TypeVar(name, **options):
        """What stands for a type in the annotations of this package alone, which nobody evaluates."""
        return name

    def overload(function):
        """A signature for type checkers."""
        return function

    def dataclass_transform(**options):
        """Tells type checkers what a class does to its subclasses."""

        def mark(cls):
            cls.__dataclass_transform__ = options
            return cls

        return mark
