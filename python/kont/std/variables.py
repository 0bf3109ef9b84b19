"""The variables of the process's environment, as values that programs ask for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from kont import _kont
from kont.handling import handler
from kont.std.environment import Ask

__all__ = ["environment_variables"]


def environment_variables(prefix: str = "", *, variables: Mapping[str, str] | None = None) -> _kont.Handler[Ask, Ask]:
    """Answers `Ask` with a variable of the process: `Ask("port")` with `PORT`. What is not there, goes on outward.

    Keys that are no texts go on outward too. A variable is looked at each time, and is a text always. The double for
    tests is `reader`, or a mapping.

    Args:
        prefix: what the names of variables begin with, such as `"APP_"`, in front of the key in upper case.
        variables: what has them; None means `os.environ`.

    >>> import kont
    >>> from kont.std import Ask, environment_variables, reader
    >>> @kont.do
    ... def address():
    ...     return f"{(yield Ask('host'))}:{(yield Ask('port'))}"
    >>> variables = environment_variables("APP_", variables={"APP_HOST": "example.org"})
    >>> kont.run(address(), variables, reader({"host": "localhost", "port": 80}))
    'example.org:80'
    """
    found = os.environ if variables is None else variables

    @handler(Ask)
    def environment_variables(effect: Ask, k: _kont.K) -> Any:
        name = prefix + effect.key.upper() if isinstance(effect.key, str) else None
        if name is None or name not in found:
            return _kont.Pass()
        return k(found[name])

    return environment_variables
