"""abc: abstract methods are marked; a class that has some cannot be instantiated."""


def abstractmethod(funcobj):
    funcobj.__isabstractmethod__ = True
    return funcobj


class ABC:
    """The base of abstract classes."""

    def __new__(cls, *args, **kwargs):
        missing = _abstract_methods(cls)
        if missing:
            many = "s" if len(missing) > 1 else ""
            names = ", ".join([f"'{name}'" for name in missing])
            raise TypeError(
                f"Can't instantiate abstract class {cls.__name__} "
                f"without an implementation for abstract method{many} {names}"
            )
        return object.__new__(cls)

    @classmethod
    def register(cls, subclass):
        _kont_refuse("`ABC.register`")


def _is_abstract(value):
    if isinstance(value, property):
        for part in (value.fget, value.fset, value.fdel):
            if part is not None and getattr(part, "__isabstractmethod__", False):
                return True
        return False
    if isinstance(value, (classmethod, staticmethod)):
        return getattr(value.__func__, "__isabstractmethod__", False)
    return getattr(value, "__isabstractmethod__", False) is True


def _abstract_methods(cls):
    seen = set()
    missing = []
    for base in cls.__mro__:
        for name, value in base.__dict__.items():
            if name not in seen:
                seen.add(name)
                if not isinstance(value, type) and _is_abstract(value):
                    missing.append(name)
    missing.sort()
    return missing


def abstractproperty(func):
    return property(abstractmethod(func))


abstractclassmethod = abstractmethod
abstractstaticmethod = abstractmethod


class ABCMeta(type):
    """The metaclass. Refused: inherit from `abc.ABC`."""
