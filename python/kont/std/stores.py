"""Where caches keep answers: in memory, or in a SQLite file."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol

from kont.errors import UsageError

__all__ = ["Kept", "Store", "memory_store", "sqlite_store"]


@dataclass(frozen=True)
class Kept:
    """An answer in a store.

    Attributes:
        value: the answer.
        until_s: the time until which it is good, in seconds since 1970; None means for ever.
    """

    value: Any
    until_s: float | None


class Store(Protocol):
    """What a cache needs of the place where it keeps answers."""

    def get(self, key: Hashable) -> Kept | None:
        """What is kept for a key, good or not any more."""

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keeps an answer, in place of the one before."""


class _Memory:
    def __init__(self, entries_max: int) -> None:
        self.entries_max = entries_max
        self.kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable) -> Kept | None:
        try:
            found = self.kept.get(key)
        except TypeError:
            raise UsageError(
                f"{key!r} cannot be a key: it cannot be hashed\nhelp: give `cache` a `key` that makes one of the effect"
            ) from None
        if found is not None:
            self.kept.move_to_end(key)
        return found

    def put(self, key: Hashable, kept: Kept) -> None:
        self.kept[key] = kept
        self.kept.move_to_end(key)
        if len(self.kept) > self.entries_max:
            self.kept.popitem(last=False)


class _SQLite:
    def __init__(self, path: str) -> None:
        # Only programs that keep things in a file pay for importing it.
        import sqlite3

        # Where SQLite itself locks, programs of several threads may share the store.
        one_thread = sqlite3.threadsafety < 3
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=one_thread)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB NOT NULL, until_s REAL) WITHOUT ROWID"
        )

    def get(self, key: Hashable) -> Kept | None:
        row = self.database.execute("SELECT value, until_s FROM kept WHERE key = ?", (_digest(key),)).fetchone()
        if row is None:
            return None
        try:
            return Kept(pickle.loads(row[0]), row[1])
        except Exception:
            # It was made by code that is not there any more, and is asked for anew.
            return None

    def put(self, key: Hashable, kept: Kept) -> None:
        row = (_digest(key), pickle.dumps(kept.value), kept.until_s)
        self.database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", row)

    def __del__(self) -> None:
        database = getattr(self, "database", None)
        if database is not None:
            database.close()


def memory_store(*, entries_max: int = 10_000) -> Store:
    """Keeps answers in memory, by equality of their keys; the one unused for longest makes room.

    >>> from kont.std import Kept, memory_store
    >>> store = memory_store(entries_max=1)
    >>> store.put("a", Kept(1, None)); store.put("b", Kept(2, None))
    >>> store.get("a"), store.get("b")
    (None, Kept(value=2, until_s=None))
    """
    if entries_max < 1:
        raise UsageError(f"a store has room for one entry at least, not for {entries_max}")
    return _Memory(entries_max)


def sqlite_store(path: str | os.PathLike[str]) -> Store:
    """Keeps answers in a SQLite file, over the end of the process.

    Keys are plain data, dataclasses and effects of these; they are the same in every process. Answers are pickled: open
    only files that you trust as you trust code.

    Args:
        path: the file, made if it is not there; `:memory:` for none.

    >>> from kont.std import Kept, sqlite_store
    >>> store = sqlite_store(":memory:")
    >>> store.put(("page", 1), Kept("text", 60.0)); store.get(("page", 1))
    Kept(value='text', until_s=60.0)
    """
    return _SQLite(os.fspath(path))


def _digest(key: Any) -> bytes:
    import hashlib

    return hashlib.sha256(_plain(key).encode("utf-8", "surrogatepass")).digest()


def _plain(key: Any) -> str:
    """A text that is equal for equal keys and for no others, in this process and in the next."""
    kind = type(key)
    if kind in (type(None), bool, int, float, str, bytes):
        return f"{kind.__name__}:{key!r}"
    if kind in (tuple, list):
        return f"{kind.__name__}({','.join(map(_plain, key))})"
    if kind in (frozenset, set):
        return f"set({','.join(sorted(map(_plain, key)))})"
    if kind is dict:
        return f"dict({','.join(sorted(f'{_plain(name)}={_plain(value)}' for name, value in key.items()))})"
    if is_dataclass(kind):
        parts = ",".join(f"{field.name}={_plain(getattr(key, field.name))}" for field in fields(key) if field.compare)
        return f"{kind.__module__}.{kind.__qualname__}({parts})"
    raise UsageError(
        f"{key!r} cannot be a key in a file\nhelp: give `cache` a `key` that makes plain data of the effect"
    )
