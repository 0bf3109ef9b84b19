"""Folders of the machine that paths do not lead out of."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

__all__ = ["Files", "HandleFolder", "PathFolder", "clean", "open_folder"]


class Files(Protocol):
    """Files below some place, by their paths."""

    def read(self, path: str) -> bytes: ...
    def write(self, path: str, data: bytes) -> None: ...
    def remove(self, path: str) -> None: ...
    def all_below(self, path: str) -> list[str]: ...


def open_folder(root: str) -> Files:
    """The safest way to the files of a folder that this system has."""
    if {os.open, os.mkdir, os.rename, os.stat, os.unlink} <= os.supports_dir_fd and hasattr(os, "O_NOFOLLOW"):
        return HandleFolder(root)
    return PathFolder(root)


def clean(path: str) -> str:
    """A relative path in its shortest form."""
    parts = PurePosixPath(path).parts
    if path.startswith("/") or ".." in parts or "\0" in path:
        raise PermissionError(f"`{path}` leads out of the folder")
    return "/".join(parts)


class HandleFolder:
    """A folder whose files are opened step by step, each from the open folder before: a path is never looked up twice."""

    def __init__(self, root: str) -> None:
        self.top = os.path.realpath(root)

    def read(self, path: str) -> bytes:
        with self._at(path) as (folder, name):
            # Not to wait at what is no file, such as a pipe.
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            try:
                _check_file(os.fstat(handle), path)
            except BaseException:
                os.close(handle)
                raise
            with open(handle, "rb") as file:
                return file.read()

    def write(self, path: str, data: bytes) -> None:
        with self._at(path, make=True) as (folder, name):
            mode = 0o666
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                _check_file(found, path)
                mode = stat.S_IMODE(found.st_mode)
            beside = f".{uuid.uuid4().hex}.part"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                with open(os.open(beside, flags, mode, dir_fd=folder), "wb") as file:
                    file.write(data)
                    if mode != 0o666:
                        os.fchmod(file.fileno(), mode)
                os.rename(beside, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(beside, dir_fd=folder)
                raise

    def remove(self, path: str) -> None:
        with self._at(path) as (folder, name):
            _check_file(os.stat(name, dir_fd=folder, follow_symlinks=False), path)
            os.unlink(name, dir_fd=folder)

    def all_below(self, path: str) -> list[str]:
        inside = clean(path)
        found: list[str] = []
        try:
            with self._folder(inside.split("/") if inside else [], make=False) as folder:
                for above, _, names, handle in os.fwalk(".", dir_fd=folder):
                    for name in names:
                        # One may have gone meanwhile.
                        with contextlib.suppress(FileNotFoundError):
                            if stat.S_ISREG(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode):
                                found.append(PurePosixPath(inside, above, name).as_posix())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise _named(error, path) from None
        return found

    @contextlib.contextmanager
    def _at(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """The open folder that a file is in, and the file's name there. Errors name the whole path."""
        *folders, name = clean(path).split("/")
        if not name:
            raise IsADirectoryError(f"`{path}` is a folder")
        try:
            with self._folder(folders, make=make) as folder:
                yield folder, name
        except OSError as error:
            raise _named(error, path) from None

    @contextlib.contextmanager
    def _folder(self, parts: list[str], *, make: bool) -> Iterator[int]:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        handle = os.open(self.top, flags)
        try:
            for part in parts:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, dir_fd=handle)
                try:
                    inner = os.open(part, flags | os.O_NOFOLLOW, dir_fd=handle)
                except NotADirectoryError:
                    # Systems differ in what they say of a link here.
                    if stat.S_ISLNK(os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode):
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), part) from None
                    raise
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)


def _named(error: OSError, path: str) -> OSError:
    """An error of the system, about the whole path."""
    if error.errno is None:
        return error
    if error.errno == errno.ELOOP:
        return PermissionError(f"`{path}` goes through a link")
    return OSError(error.errno, error.strerror, path)


def _check_file(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(f"`{path}` is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise PermissionError(f"`{path}` is a link, or no file at all")


class PathFolder:
    """A folder by checks of paths, where a system has no better way."""

    def __init__(self, root: str) -> None:
        self.top = Path(root).resolve()

    def read(self, path: str) -> bytes:
        return self._existing(path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        place = self._place(path)
        if place.is_dir():
            raise IsADirectoryError(f"`{path}` is a folder")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise NotADirectoryError(f"`{path}` is below a file") from None
        beside = place.with_name(f".{uuid.uuid4().hex}.part")
        try:
            beside.write_bytes(data)
            if place.exists():
                beside.chmod(stat.S_IMODE(place.stat().st_mode))
            beside.replace(place)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def remove(self, path: str) -> None:
        self._existing(path).unlink()

    def all_below(self, path: str) -> list[str]:
        files = [file for file in self._place(path).rglob("*") if file.is_file() and not file.is_symlink()]
        return [file.relative_to(self.top).as_posix() for file in files]

    def _existing(self, path: str) -> Path:
        place = self._place(path)
        # Systems differ in the error for this.
        if place.is_dir():
            raise IsADirectoryError(f"`{path}` is a folder")
        return place

    def _place(self, path: str) -> Path:
        place = self.top.joinpath(clean(path))
        if place.resolve() != place:
            raise PermissionError(f"`{path}` goes through a link")
        return place
