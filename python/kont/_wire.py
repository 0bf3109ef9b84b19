"""The wire between a host and its workers: frames, and a codec for plain data that runs no code.

A frame is a little-endian 32-bit length and that many bytes. A value is one letter and what belongs to it:

    N  T  F          None, True, False
    i  n bytes       an int of any size: length, then two's complement, little-endian
    f  8 bytes       a float
    s  n bytes       a str: length, then UTF-8
    b  n bytes       bytes
    l t S Z  n ...   list, tuple, set, frozenset: count, then the items (sets in the order of their bytes)
    d  n ...         dict: count, then keys and values in turn
    O  class n ...   an object by its fields: the class's name as a value, count, then names and values in turn

Unlike a pickle these bytes can name no function, so a worker that was taken over cannot take over its host.
"""

from __future__ import annotations

import dataclasses
import datetime
import socket
import struct
from collections.abc import Callable
from typing import Any

__all__ = ["DEPTH_MAX", "FRAME_BYTES_MAX", "Record", "WireError", "decode", "encode", "receive", "send"]

DEPTH_MAX = 100
FRAME_BYTES_MAX = 64 << 20

_LENGTH = struct.Struct("<I")
_FLOAT = struct.Struct("<d")
_ITEMS = {list: b"l", tuple: b"t", set: b"S", frozenset: b"Z"}
_MAKERS: dict[int, Callable[[list[Any]], Any]] = {ord("l"): list, ord("t"): tuple, ord("S"): set, ord("Z"): frozenset}


class WireError(ValueError):
    """A value that does not cross, or bytes that are no value. The message says where."""


class Record:
    """An object whose class is not known on this side: its class's name and its fields as attributes."""

    def __init__(self, class_name: str, fields: dict[str, Any]) -> None:
        self.__dict__.update(fields)
        self.__dict__["__class_name__"] = class_name

    @property
    def class_name(self) -> str:
        """The name of the class on the other side."""
        name: str = self.__dict__["__class_name__"]
        return name

    @property
    def fields(self) -> dict[str, Any]:
        """Names and values, in order."""
        return {name: value for name, value in self.__dict__.items() if name != "__class_name__"}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.class_name}({', '.join(f'{k}={v!r}' for k, v in self.fields.items())})"


def encode(value: Any) -> bytes:
    """Turn plain data into bytes.

    Raises:
        WireError: for a type that does not cross, for text that is not Unicode, and for more than 100 levels.
    """
    out: list[bytes] = []
    _encode(value, out, 0, "value")
    return b"".join(out)


def _encode(value: Any, out: list[bytes], depth: int, path: str) -> None:
    if depth > DEPTH_MAX:
        raise WireError(f"a value is nested more than {DEPTH_MAX} levels deep, or contains itself")
    if value is None:
        out.append(b"N")
    elif value is True:
        out.append(b"T")
    elif value is False:
        out.append(b"F")
    elif isinstance(value, int):
        number = int(value)
        _bytes(b"i", number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True), out)
    elif isinstance(value, float):
        out.append(b"f" + _FLOAT.pack(value))
    elif isinstance(value, str):
        try:
            _bytes(b"s", value.encode(), out)
        except UnicodeEncodeError as error:
            raise WireError(f"{path} is a str with a lone surrogate, which is not Unicode text") from error
    elif isinstance(value, (bytes, bytearray)):
        _bytes(b"b", bytes(value), out)
    elif isinstance(value, dict):
        out.append(b"d" + _LENGTH.pack(len(value)))
        for key, item in value.items():
            _encode(key, out, depth + 1, f"a key of {path}")
            _encode(item, out, depth + 1, f"{path}[{key!r}]" if isinstance(key, (str, int)) else f"an item of {path}")
    elif isinstance(value, (list, tuple, set, frozenset)):
        _items(value, out, depth, path)
    else:
        class_name, fields = _fields(value, path)
        out.append(b"O")
        _encode(class_name, out, depth + 1, path)
        out.append(_LENGTH.pack(len(fields)))
        for name, item in fields.items():
            _encode(name, out, depth + 1, path)
            _encode(item, out, depth + 1, f"{path}.{name}")


def _bytes(letter: bytes, data: bytes, out: list[bytes]) -> None:
    if len(data) > FRAME_BYTES_MAX:
        raise WireError(f"{len(data)} bytes in one value are more than the limit of {FRAME_BYTES_MAX}")
    out += (letter, _LENGTH.pack(len(data)), data)


def _items(value: Any, out: list[bytes], depth: int, path: str) -> None:
    kind = next(kind for kind in _ITEMS if isinstance(value, kind))
    out.append(_ITEMS[kind] + _LENGTH.pack(len(value)))
    if kind in (list, tuple):
        for at, item in enumerate(value):
            _encode(item, out, depth + 1, f"{path}[{at}]")
        return
    # The order of a set differs between processes; the bytes of the same set do not.
    parts = []
    for item in value:
        part: list[bytes] = []
        _encode(item, part, depth + 1, f"an item of {path}")
        parts.append(b"".join(part))
    out += sorted(parts)


def _fields(value: Any, path: str) -> tuple[str, dict[str, Any]]:
    kind = type(value)
    if isinstance(value, Record):
        return value.class_name, value.fields
    if dataclasses.is_dataclass(kind):
        return kind.__name__, {field.name: getattr(value, field.name) for field in dataclasses.fields(kind)}
    if kind is datetime.timedelta:
        return "datetime.timedelta", {"days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
    if kind is datetime.date:
        return "datetime.date", {"iso": value.isoformat()}
    if kind in (datetime.datetime, datetime.time):
        return f"datetime.{kind.__name__}", {"iso": value.isoformat(), "fold": value.fold}
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    raise WireError(
        f"{path} is of type `{name}`, which does not cross between processes\n"
        "help: give None, bool, int, float, str, bytes, list, tuple, dict, set, frozenset, a dataclass, or a date or time"
    )


def decode(data: bytes, make: Callable[[str, dict[str, Any]], Any] = Record) -> Any:
    """Turn bytes back into plain data.

    Args:
        data: what `encode` gave.
        make: called with a class's name and its fields for each object. Without it they become `Record`s; dates
            and times become themselves in any case.

    Raises:
        WireError: for bytes that are not exactly one value.
    """
    reader = _Reader(data, make)
    value = reader.value(0)
    if reader.at != len(data):
        raise WireError(f"{len(data) - reader.at} bytes follow the value")
    return value


class _Reader:
    def __init__(self, data: bytes, make: Callable[[str, dict[str, Any]], Any]) -> None:
        self.data = data
        self.make = make
        self.at = 0

    def take(self, length: int) -> bytes:
        end = self.at + length
        if end > len(self.data):
            raise WireError(f"the value ends within itself, at byte {len(self.data)}")
        part = self.data[self.at : end]
        self.at = end
        return part

    def length(self) -> int:
        return int(_LENGTH.unpack(self.take(4))[0])

    def value(self, depth: int) -> Any:
        if depth > DEPTH_MAX:
            raise WireError(f"a value is nested more than {DEPTH_MAX} levels deep")
        start = self.at
        match self.take(1):
            case b"N":
                return None
            case b"T":
                return True
            case b"F":
                return False
            case b"i":
                return int.from_bytes(self.take(self.length()), "little", signed=True)
            case b"f":
                return _FLOAT.unpack(self.take(8))[0]
            case b"s":
                try:
                    return self.take(self.length()).decode()
                except UnicodeDecodeError as error:
                    raise WireError(f"the str at byte {start} is not UTF-8") from error
            case b"b":
                return self.take(self.length())
            case b"d":
                pairs = [(self.value(depth + 1), self.value(depth + 1)) for _ in range(self.length())]
                return self.hashed(dict, pairs, start)
            case b"l" | b"t" | b"S" | b"Z" as letter:
                items = [self.value(depth + 1) for _ in range(self.length())]
                return self.hashed(_MAKERS[letter[0]], items, start)
            case b"O":
                return self.object(depth, start)
            case letter:
                raise WireError(f"byte {start} is {letter!r}, which begins no value")

    def hashed(self, maker: Callable[[Any], Any], items: list[Any], start: int) -> Any:
        try:
            return maker(items)
        except TypeError as error:
            raise WireError(f"the {maker.__name__} at byte {start} holds what cannot be hashed: {error}") from error

    def object(self, depth: int, start: int) -> Any:
        class_name = self.value(depth + 1)
        fields = {}
        for _ in range(self.length()):
            name = self.value(depth + 1)
            if not isinstance(name, str):
                raise WireError(f"the object at byte {start} has a field whose name is no str")
            fields[name] = self.value(depth + 1)
        if not isinstance(class_name, str):
            raise WireError(f"the object at byte {start} has a class whose name is no str")
        try:
            times = _TIMES.get(class_name)
            return times(fields) if times else self.make(class_name, fields)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise WireError(f"the fields at byte {start} make no `{class_name}`: {error}") from error


_TIMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "datetime.timedelta": lambda fields: datetime.timedelta(**fields),
    "datetime.date": lambda fields: datetime.date.fromisoformat(fields["iso"]),
    "datetime.datetime": lambda fields: datetime.datetime.fromisoformat(fields["iso"]).replace(fold=fields["fold"]),
    "datetime.time": lambda fields: datetime.time.fromisoformat(fields["iso"]).replace(fold=fields["fold"]),
}


def send(channel: socket.socket, payload: bytes) -> None:
    """Write one frame.

    Raises:
        WireError: for a payload over the bound; nothing is written then.
    """
    if len(payload) > FRAME_BYTES_MAX:
        raise WireError(f"{len(payload)} bytes are more than the limit of {FRAME_BYTES_MAX} for one message")
    channel.sendall(_LENGTH.pack(len(payload)) + payload)


def receive(channel: socket.socket) -> bytes | None:
    """Read one frame. `None` when the other side has closed the channel between two frames.

    Raises:
        WireError: for a frame over the bound or cut short.
    """
    head = _exactly(channel, 4)
    if not head:
        return None
    (length,) = _LENGTH.unpack(_complete(head, 4))
    if length > FRAME_BYTES_MAX:
        raise WireError(f"a message of {length} bytes is more than the limit of {FRAME_BYTES_MAX}")
    return _complete(_exactly(channel, length), length)


def _exactly(channel: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = channel.recv(min(length - len(data), 1 << 20))
        if not part:
            break
        data += part
    return bytes(data)


def _complete(data: bytes, length: int) -> bytes:
    if len(data) < length:
        raise WireError(f"the channel ended after {len(data)} of {length} bytes")
    return data
