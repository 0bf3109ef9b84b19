"""What can go wrong with effects and continuations: each is raised at the `yield` or `await` that caused it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "Cancelled",
    "ChannelClosed",
    "ContinuationUsedError",
    "Deadlock",
    "ForeignContinuationError",
    "KontError",
    "KontWarning",
    "LimitExceeded",
    "MissingKeyError",
    "PromiseAbandoned",
    "RefusedError",
    "SandboxError",
    "UnhandledEffect",
    "Unwind",
    "UsageError",
    "WorkerKilled",
]


def shown(object: Any) -> str:
    """What an object says of itself, however it does that, in one line of at most 120 characters."""
    try:
        text = " ".join(repr(object).split())
    except Exception as error:
        return f"<a {type(object).__qualname__}, whose repr raised {type(error).__name__}>"
    return text if len(text) <= 120 else text[:117] + "..."


class KontError(Exception):
    """The base of every error that kont raises on its own account."""


class KontWarning(UserWarning):
    """Something that a program says and surely does not mean: an effect, a program or an operation as a whole statement.

    `-W ignore::kont.KontWarning` turns it off, `-W error` makes it loud.
    """


class UnhandledEffect(KontError):
    """No handler in scope accepts an effect. Raised where the effect was performed.

    A class of effects says by `__kont_handler__ = "shop.prices()"` what is to be installed; the message shows that.

    Attributes:
        effect: what was performed.
        handlers: the handlers that were in scope there, innermost first.
    """

    def __init__(self, effect: Any, handlers: tuple[Any, ...] = ()) -> None:
        super().__init__(effect, handlers)
        self.effect = effect
        self.handlers = tuple(handlers)

    def __str__(self) -> str:
        scope = ", ".join(getattr(handler, "__name__", repr(handler)) for handler in self.handlers)
        name = type(self.effect).__name__
        return (
            f"no handler in scope accepts {shown(self.effect)}\n"
            f"handlers in scope, innermost first: {scope or 'none'}\n"
            f"help: {self._other() or f'install a handler of `{name}`, as in `kont.run(program, {self._known()})`'}"
        )

    def _known(self) -> str:
        """What answers the effect, if its class says so."""
        return getattr(type(self.effect), "__kont_handler__", None) or "handler"

    def _other(self) -> str | None:
        """A class of effects that is handled and was perhaps meant."""
        import difflib

        handled = {
            other.__name__: (other, handler) for handler in self.handlers for other in getattr(handler, "effects", ())
        }
        kind = type(self.effect)
        for close in difflib.get_close_matches(kind.__name__, handled, n=1, cutoff=0.8):
            other, handler = handled[close]
            by = getattr(handler, "__name__", repr(handler))
            if close != kind.__name__:
                return f"`{by}` handles `{close}`, and not `{kind.__name__}`"
            return f"`{by}` handles another class `{close}`: that of `{other.__module__}`, and not that of `{kind.__module__}`"
        return None


class MissingKeyError(KontError, KeyError):
    """The environment has nothing for a key. Raised at the `Ask`.

    Attributes:
        key: what was asked for.
        keys: the keys that the environment has.
    """

    def __init__(self, key: Any, keys: tuple[Any, ...] = ()) -> None:
        super().__init__(key, keys)
        self.key = key
        self.keys = tuple(keys)

    def __str__(self) -> str:
        import difflib

        close = difflib.get_close_matches(str(self.key), [str(key) for key in self.keys], n=1)
        text = f"the environment has no value for {self.key!r}"
        if close:
            return f"{text}\nhelp: did you mean {close[0]!r}?"
        return f"{text}\nhelp: give one to `reader`; it has {', '.join(map(repr, self.keys)) or 'none'}"


class ContinuationUsedError(KontError):
    """A continuation was used a second time. The message names where it was used first."""


class ForeignContinuationError(KontError):
    """A continuation was used in another run than the one that captured it. It is still whole."""


class UsageError(KontError, TypeError):
    """A program, a handler or a call of kont says something that has no meaning. The message says what was meant."""


class Cancelled(BaseException):
    """A task was cancelled: raised where it waits, once. `except Exception` lets it pass, as it should."""

    def __str__(self) -> str:
        return super().__str__() or "the task was cancelled here"


class Deadlock(KontError):
    """No task can ever go on, and nothing can come from outside. The message says who waits for whom."""


class ChannelClosed(KontError):
    """The channel is closed: nothing more is sent, and what was in it has been received."""


class PromiseAbandoned(KontError):
    """An external promise can never be completed: nobody has it any more."""


class Unwind(BaseException):
    """Ends a program that nobody will resume, so that its `finally` and `with` run.

    It cannot be swallowed: a program that catches it and goes on is ended all the same.
    """

    def __str__(self) -> str:
        return super().__str__() or "a handler has ended the program here; its clean-up runs"


class WorkerKilled(KontError):
    """A worker process died or was killed with everything that it had started; the message says what is known of it."""


class LimitExceeded(KontError):
    """A sandboxed program reached one of its limits. The program itself cannot catch this.

    Attributes:
        kind: which limit, as `Limits` names it, times in ms: `steps`, `memory_bytes`, `compute_ms`...
        limit: its value.
        used: what the program had used, or wanted to use.
    """

    def __init__(self, kind: str, limit: int | float, used: int | float) -> None:
        super().__init__(kind, limit, used)
        self.kind = kind
        self.limit = limit
        self.used = used

    def __str__(self) -> str:
        return f"the program reached its limit of {self.kind}: {self.used} of {self.limit}"


class SandboxError(KontError):
    """A sandboxed program ended with an exception that it did not catch.

    Attributes:
        type_name: the name of the exception's class, such as `ValueError`.
        message: what `str()` of it gives inside.
        traceback: the text that CPython would print, with source lines and carets.
    """

    def __init__(self, type_name: str, message: str, traceback: str) -> None:
        super().__init__(type_name, message, traceback)
        self.type_name = type_name
        self.message = message
        self.traceback = traceback

    def __str__(self) -> str:
        return f"{self.type_name}: {self.message}" if self.message else self.type_name


class RefusedError(KontError):
    """Source text or bytes that the sandbox does not take: the message shows where and why."""
