"""Files: a folder of the machine, or one that is only in memory."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import Any, ClassVar, Never

from kont import _kont
from kont.effects import Effect
from kont.errors import UsageError
from kont.handling import handler
from kont.std.folders import Files, clean, open_folder

__all__ = ["ListFiles", "ReadFile", "RemoveFile", "WriteFile", "folder", "memory_files"]


class ReadFile(Effect[bytes]):
    """What is in a file."""

    __kont_handler__: ClassVar[str] = "kont.std.folder(root)"
    path: str


class WriteFile(Effect[None]):
    """Makes a file, or replaces it as a whole: a reader sees the old content or the new one. Folders are made."""

    __kont_handler__: ClassVar[str] = "kont.std.folder(root)"
    path: str
    data: bytes


class RemoveFile(Effect[None]):
    """Removes a file."""

    __kont_handler__: ClassVar[str] = "kont.std.folder(root)"
    path: str


class ListFiles(Effect[list[str]]):
    """The paths of all files below a folder, sorted; none if there is no such folder."""

    __kont_handler__: ClassVar[str] = "kont.std.folder(root)"
    path: str = ""


def folder(root: str | os.PathLike[str]) -> _kont.Handler[ReadFile | WriteFile | RemoveFile | ListFiles, Never]:
    """Answers the effects of files with a folder. Paths are relative to it, with `/` between their parts.

    Nothing outside of the folder is ever touched, also not while somebody else puts links into it: links are not
    followed, and what is neither a file nor a folder is not opened.

    Args:
        root: the folder.

    Raises:
        FileNotFoundError: at the effect, if there is no such file.
        PermissionError: at the effect, if the path leads out of the folder, or goes through a link.

    >>> import kont, tempfile
    >>> from kont.std import ReadFile, WriteFile, folder
    >>> @kont.do
    ... def note():
    ...     yield WriteFile("notes/one.txt", b"hello")
    ...     return (yield ReadFile("notes/one.txt"))
    >>> with tempfile.TemporaryDirectory() as root:
    ...     kont.run(note(), folder(root))
    b'hello'
    """
    return _answering("folder", open_folder(os.fspath(root)))


def memory_files(files: dict[str, bytes] | None = None) -> _kont.Handler[ReadFile | WriteFile | RemoveFile | ListFiles, Never]:
    """Answers the effects of files from a dict: the double for tests.

    Args:
        files: the content by path. It is used as it is, so that tests can look at it afterwards.

    >>> import kont
    >>> from kont.std import WriteFile, memory_files
    >>> files = {}
    >>> kont.run(WriteFile("a.txt", b"hello"), memory_files(files)); files
    {'a.txt': b'hello'}
    """
    return _answering("memory_files", _Memory({} if files is None else files))


def _answering(name: str, files: Files) -> _kont.Handler:
    def answer(effect: Any) -> Any:
        match effect:
            case ReadFile(path):
                return files.read(path)
            case WriteFile(path, data):
                if not isinstance(data, (bytes, bytearray, memoryview)):
                    raise UsageError(f"a file is written with bytes, not with {data!r:.80}\nhelp: `text.encode()` makes them")
                return files.write(path, bytes(data))
            case RemoveFile(path):
                return files.remove(path)
        return sorted(files.all_below(effect.path))

    answer.__name__ = answer.__qualname__ = name
    return handler(ReadFile, WriteFile, RemoveFile, ListFiles)(answer)


class _Memory:
    def __init__(self, kept: dict[str, bytes]) -> None:
        self.kept = kept
        # A folder stays when its last file is gone, as on a disk.
        self.folders = {parent for path in kept for parent in _parents(path)}

    def place(self, path: str) -> str:
        path = clean(path)
        if not path or path in self.folders:
            raise IsADirectoryError(f"`{path}` is a folder")
        if any(parent in self.kept for parent in _parents(path)):
            raise NotADirectoryError(f"`{path}` is below a file")
        return path

    def existing(self, path: str) -> str:
        path = self.place(path)
        if path not in self.kept:
            raise FileNotFoundError(f"there is no file `{path}`")
        return path

    def read(self, path: str) -> bytes:
        return self.kept[self.existing(path)]

    def write(self, path: str, data: bytes) -> None:
        path = self.place(path)
        self.kept[path] = data
        self.folders.update(_parents(path))

    def remove(self, path: str) -> None:
        del self.kept[self.existing(path)]

    def all_below(self, path: str) -> list[str]:
        inside = clean(path) + "/" if clean(path) else ""
        return [name for name in self.kept if name.startswith(inside)]


def _parents(path: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(path).parents if parent.name]
