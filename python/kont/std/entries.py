"""The entries of a cache, one by one: for programs that know themselves what they keep."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from typing import Any, ClassVar

from kont.effects import Effect, Now
from kont.errors import MissingKeyError
from kont.std.programs import finished
from kont.std.stores import Kept, Store

__all__ = ["CacheDelete", "CacheExists", "CacheGet", "CachePut"]


class CacheGet(Effect[Any]):
    """What was put in the cache under a key, and is still good. `MissingKeyError` is raised if there is nothing.

    >>> import kont
    >>> from kont.std import CacheGet, CachePut, cache
    >>> @kont.do
    ... def program():
    ...     yield CachePut("n", 1, ttl_s=60)
    ...     return (yield CacheGet("n"))
    >>> kont.run(program(), cache())
    1
    """

    __kont_handler__: ClassVar[str] = "kont.std.cache()"
    key: Hashable


class CachePut(Effect[None]):
    """Puts a value in the cache under a key. `ttl_s` is how long it is good; None means the cache's own time."""

    __kont_handler__: ClassVar[str] = "kont.std.cache()"
    key: Hashable
    value: Any
    ttl_s: float | None = None


class CacheExists(Effect[bool]):
    """Whether something was put in the cache under a key, and is still good."""

    __kont_handler__: ClassVar[str] = "kont.std.cache()"
    key: Hashable


class CacheDelete(Effect[bool]):
    """Takes what is under a key out of the cache. Answers whether there was something."""

    __kont_handler__: ClassVar[str] = "kont.std.cache()"
    key: Hashable


ENTRIES = (CacheGet, CachePut, CacheExists, CacheDelete)


def answer_entry(effect: Any, store: Store, ttl_s: float | None) -> Generator[Any, Any, Any]:
    """The answer to one of these, from a store."""
    # Not the name of a class, as those of effects are: the two never meet.
    full = ("entry", effect.key)
    if isinstance(effect, CachePut):
        good_s = ttl_s if effect.ttl_s is None else effect.ttl_s
        until_s = None if good_s is None else (yield Now()) + good_s
        yield from finished(store.put(full, Kept(effect.value, until_s)))
        return None
    found = yield from finished(store.get(full))
    if found is not None and found.until_s is not None and not (yield Now()) < found.until_s:
        found = None
    if isinstance(effect, CacheDelete):
        yield from finished(store.remove(full))
        return found is not None
    if isinstance(effect, CacheExists):
        return found is not None
    if found is None:
        raise MissingKeyError(effect.key, ())
    return found.value
