"""Files: a folder of the machine, or one that is only in memory."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path, PurePosixPath
from typing import Any

from kont import _kont
from kont.effects import Effect
from kont.handling import handler

__all__ = ["ListFiles", "ReadFile", "RemoveFile", "WriteFile", "folder", "memory_files"]


class ReadFile(Effect[bytes]):
    """What is in a file."""

    path: str


class WriteFile(Effect[None]):
    """Makes a file, or replaces it as a whole: a reader sees the old content or the new one. Folders are made."""

    path: str
    data: bytes


class RemoveFile(Effect[None]):
    """Removes a file."""

    path: str


class ListFiles(Effect[list[str]]):
    """The paths of all files below a folder, sorted; none if there is no such folder."""

    path: str = ""


def folder(root: str | os.PathLike[str]) -> _kont.Handler:
    """Answers the effects of files with a folder. Paths are relative to it, with `/` between their parts.

    Args:
        root: the folder.

    Raises:
        FileNotFoundError: at the effect, if there is no such file.
        PermissionError: at the effect, if the path leads out of the folder, also by a link.

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
    top = Path(root).resolve()

    def place(path: str) -> Path:
        found = top.joinpath(_clean(path)).resolve()
        if not found.is_relative_to(top):
            raise PermissionError(f"`{path}` leads out of the folder")
        return found

    @handler(ReadFile, WriteFile, RemoveFile, ListFiles)
    def folder(effect: Any) -> Any:
        match effect:
            case ReadFile(path):
                return place(path).read_bytes()
            case WriteFile(path, data):
                _replace(place(path), data)
            case RemoveFile(path):
                _remove(place(path))
            case ListFiles(path):
                files = [file for file in place(path).rglob("*") if file.is_file()]
                return sorted(file.relative_to(top).as_posix() for file in files)
        return None

    return folder


def memory_files(files: dict[str, bytes] | None = None) -> _kont.Handler:
    """Answers the effects of files from a dict: the double for tests.

    Args:
        files: the content by path. It is used as it is, so that tests can look at it afterwards.

    >>> import kont
    >>> from kont.std import WriteFile, memory_files
    >>> files = {}
    >>> kont.run(WriteFile("a.txt", b"hello"), memory_files(files)); files
    {'a.txt': b'hello'}
    """
    kept = {} if files is None else files
    folders = {parent for path in kept for parent in _parents(path)}

    def file(path: str) -> str:
        path = _clean(path)
        if not path or path in folders:
            raise IsADirectoryError(f"`{path}` is a folder")
        if any(parent in kept for parent in _parents(path)):
            raise NotADirectoryError(f"`{path}` is below a file")
        return path

    def existing(path: str) -> str:
        path = file(path)
        if path not in kept:
            raise FileNotFoundError(f"there is no file `{path}`")
        return path

    @handler(ReadFile, WriteFile, RemoveFile, ListFiles)
    def memory_files(effect: Any) -> Any:
        match effect:
            case ReadFile(path):
                return kept[existing(path)]
            case WriteFile(path, data):
                kept[file(path)] = bytes(data)
                folders.update(_parents(_clean(path)))
            case RemoveFile(path):
                del kept[existing(path)]
            case ListFiles(path):
                inside = _clean(path) + "/" if _clean(path) else ""
                return sorted(name for name in kept if name.startswith(inside))
        return None

    return memory_files


def _clean(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "\0" in path:
        raise PermissionError(f"`{path}` leads out of the folder")
    return "/".join(parts)


def _parents(path: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(path).parents if parent.name]


def _replace(place: Path, data: bytes) -> None:
    if place.is_dir():
        raise IsADirectoryError(f"`{place.name}` is a folder")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"`{place.name}` is below a file") from None
    beside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
    try:
        beside.write_bytes(data)
        if place.exists():
            shutil.copymode(place, beside)
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _remove(place: Path) -> None:
    # Systems differ in the error for this.
    if place.is_dir():
        raise IsADirectoryError(f"`{place.name}` is a folder")
    place.unlink()
