"""Log lines as effects."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Never

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import handler

__all__ = ["Log", "log", "logging_to", "unlogged"]

_LEVELS = {name: getattr(logging, name.upper()) for name in ("debug", "info", "warning", "error", "critical")}


class Log(Effect[None]):
    """A line for people who look after the program.

    Tests collect them with `Listen(program, types=(Log,))`.
    """

    __kont_handler__: ClassVar[str] = "kont.std.logging_to()"
    message: str
    level: str
    fields: Mapping[str, Any]


def log(message: str, /, level: str = "info", **fields: Any) -> Log:
    """The effect of logging a line.

    Args:
        message: what happened, the same text each time.
        level: `debug`, `info`, `warning`, `error` or `critical`.
        fields: what was different this time.

    >>> from kont.std import log
    >>> log("paid", amount=10)
    Log(message='paid', level='info', fields={'amount': 10})
    """
    if level not in _LEVELS:
        raise UsageError(f"there is no level `{level}`\nhelp: one of {', '.join(_LEVELS)}")
    return Log(message, level, fields)


def logging_to(logger: logging.Logger | str = "kont") -> _kont.Handler[Log, Never]:
    """Answers `Log` with a record for Python's `logging`; the fields are in the text and in `record.fields`.

    >>> import kont, logging, sys
    >>> from kont.std import log, logging_to
    >>> logger = logging.Logger("shop")
    >>> logger.addHandler(logging.StreamHandler(sys.stdout))
    >>> kont.run(log("paid", amount=10), logging_to(logger))
    paid amount=10
    """
    target = logging.getLogger(logger) if isinstance(logger, str) else logger

    @handler(Log)
    def logging_to(effect: Log) -> None:
        level = _LEVELS.get(effect.level, logging.INFO)
        if target.isEnabledFor(level):
            text = " ".join([effect.message, *(f"{name}={value!r}" for name, value in effect.fields.items())])
            target.log(level, "%s", text, extra={"fields": dict(effect.fields)})

    return logging_to


@handler(Log)
def unlogged(effect: Log) -> None:
    """Answers `Log` by doing nothing."""
