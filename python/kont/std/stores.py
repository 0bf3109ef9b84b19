"""Where caches keep answers: in memory, or in a SQLite file."""

from __future__ import annotations

import os
import pickle
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Protocol

from kont.errors import UsageError
from kont.rows import Runnable

__all__ = ["Kept", "Store", "memory_store", "sqlite_store"]


@dataclass(frozen=True)
class Kept:
    """An answer in a store.

    Attributes:
        value: the answer.
        until_s: the time until which it is good, in seconds since 1970; None means for ever.
        error: the exception that is kept in place of an answer.
    """

    value: Any
    until_s: float | None
    error: BaseException | None = None


class Store(Protocol):
    """What a cache needs of the place where it keeps answers.

    Each method does its work at once, or gives a program that does it, such as an `async def`.
    """

    def get(self, key: Hashable) -> Kept | None | Runnable[Any, Kept | None]:
        """What is kept for a key, good or not any more."""

    def put(self, key: Hashable, kept: Kept) -> None | Runnable[Any, None]:
        """Keeps an answer, in place of the one before."""

    def remove(self, key: Hashable) -> None | Runnable[Any, None]:
        """Forgets what is kept for a key, if there is something."""


class MemoryStore:
    """What `memory_store` makes."""

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

    def remove(self, key: Hashable) -> None:
        self.kept.pop(key, None)


_TABLE = """
CREATE TABLE IF NOT EXISTS answers
    (key BLOB PRIMARY KEY, value BLOB NOT NULL, until_s REAL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_by_use ON answers (used);
"""
_NEXT = "(SELECT coalesce(max(used), 0) + 1 FROM answers)"
_MAKE_ROOM = """
DELETE FROM answers WHERE key IN
    (SELECT key FROM answers ORDER BY used LIMIT max(0, (SELECT count(*) FROM answers) - ?))
"""


class SQLiteStore:
    """What `sqlite_store` makes."""

    def __init__(self, path: str, entries_max: int | None) -> None:
        # Only programs that keep things in a file pay for importing it.
        import sqlite3

        # Programs of several threads may share the store. They take turns: a statement is kept for its next use by the
        # connection, and SQLite's own lock does not keep one thread from giving it values while another one's run in it.
        self.lock = threading.Lock()
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.executescript(_TABLE)
        self.entries_max = entries_max

    def get(self, key: Hashable) -> Kept | None:
        digest = _digest(key)
        with self.lock:
            row = self.database.execute("SELECT value, until_s FROM answers WHERE key = ?", (digest,)).fetchone()
            if row is None:
                return None
            if self.entries_max is not None:
                self.database.execute(f"UPDATE answers SET used = {_NEXT} WHERE key = ?", (digest,))
        try:
            value, error = pickle.loads(row[0])
        except Exception:
            # It was made by code that is not there any more, and is asked for anew.
            return None
        return Kept(value, row[1], error)

    def put(self, key: Hashable, kept: Kept) -> None:
        try:
            data = pickle.dumps((kept.value, kept.error))
        except Exception as error:
            raise UsageError(
                f"this cannot be kept in a file: {error}\nhelp: keep plain data, or say with `keep` what is kept"
            ) from error
        row = (_digest(key), data, kept.until_s)
        with self.lock:
            self.database.execute(f"INSERT OR REPLACE INTO answers VALUES (?, ?, ?, {_NEXT})", row)
            if self.entries_max is not None:
                self.database.execute(_MAKE_ROOM, (self.entries_max,))

    def remove(self, key: Hashable) -> None:
        with self.lock:
            self.database.execute("DELETE FROM answers WHERE key = ?", (_digest(key),))

    def __del__(self) -> None:
        database = getattr(self, "database", None)
        if database is not None:
            database.close()


def memory_store(*, entries_max: int = 10_000) -> MemoryStore:
    """Keeps answers in memory, by equality of their keys; the one unused for longest makes room.

    >>> from kont.std import Kept, memory_store
    >>> store = memory_store(entries_max=1)
    >>> store.put("a", Kept(1, None)); store.put("b", Kept(2, None))
    >>> store.get("a"), store.get("b")
    (None, Kept(value=2, until_s=None, error=None))
    """
    return MemoryStore(_room(entries_max))


def sqlite_store(path: str | os.PathLike[str], *, entries_max: int | None = None) -> SQLiteStore:
    """Keeps answers in a SQLite file, over the end of the process.

    Keys are plain data, dataclasses and effects of these; they are the same in every process. Answers are pickled: open
    only files that you trust as you trust code.

    Args:
        path: the file, made if it is not there; `:memory:` for none.
        entries_max: how many answers there are at most; the one unused for longest makes room. None means as many as
            the disk takes.

    >>> from kont.std import Kept, sqlite_store
    >>> store = sqlite_store(":memory:")
    >>> store.put(("page", 1), Kept("text", 60.0)); store.get(("page", 1))
    Kept(value='text', until_s=60.0, error=None)
    """
    return SQLiteStore(os.fspath(path), None if entries_max is None else _room(entries_max))


def _room(entries_max: int) -> int:
    if entries_max < 1:
        raise UsageError(f"a store has room for one entry at least, not for {entries_max}")
    return entries_max


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
