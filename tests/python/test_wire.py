"""The codec between host and worker: everything that crosses comes back equal, everything else is refused by name."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import math
import random
import socket
import struct
import threading
from decimal import Decimal
from typing import Any

import pytest

from kont import _wire
from kont._wire import Record, WireError, decode, encode


@dataclasses.dataclass
class Invoice:
    number: int
    amount: float
    lines: list[str] = dataclasses.field(default_factory=list)


VALUES = [
    None,
    True,
    False,
    *(sign * (1 << bits) + step for bits in (0, 7, 8, 31, 63, 64, 500) for sign in (1, -1) for step in (-1, 0, 1)),
    0.0,
    -0.0,
    1e308,
    math.inf,
    "",
    "nöt äscii \U0001f4b0 \0",
    b"",
    bytes(range(256)),
    [],
    [[], [[]], None],
    (),
    (1,),
    {},
    {"b": 1, "a": [2], 3: {4: 5}, (1, "x"): frozenset([6])},
    set(),
    {1, "a", (2, 3)},
    frozenset({b"x"}),
    datetime.timedelta(),
    datetime.timedelta(days=-1, microseconds=3),
    datetime.date(2026, 11, 21),
    datetime.time(23, 59, 59, 1, fold=1),
    datetime.datetime(2026, 11, 21, 12, 0, 0, 5),
    datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-3.5))),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)
    assert repr(back) == repr(value) or isinstance(value, (set, frozenset))


def test_nan_and_order_of_dicts_come_back() -> None:
    assert math.isnan(decode(encode(math.nan)))
    assert list(decode(encode({"z": 1, "a": 2}))) == ["z", "a"]


def test_equal_sets_have_equal_bytes() -> None:
    names = [f"name {i}" for i in range(50)]
    assert encode(set(names)) == encode(set(reversed(names)))


def test_objects_are_records_unless_their_class_is_given() -> None:
    invoice = Invoice(7, 98.7, ["a", "b"])
    record = decode(encode([invoice]))[0]
    assert record == Record("Invoice", {"number": 7, "amount": 98.7, "lines": ["a", "b"]})
    assert record.amount == 98.7
    assert repr(record) == "Invoice(number=7, amount=98.7, lines=['a', 'b'])"
    assert decode(encode(record), lambda name, fields: {"Invoice": Invoice}[name](**fields)) == invoice


def test_what_does_not_cross_is_named() -> None:
    class Colour(enum.Enum):
        RED = 1

    loop: list[Any] = []
    loop.append(loop)
    for value, words in [
        ({"a": [1, Decimal("1.5")]}, r"value\['a'\]\[1\] is of type `decimal.Decimal`"),
        (Invoice(1, object()), r"value.amount is of type `object`"),  # type: ignore[arg-type]
        (Colour.RED, "Colour"),
        (len, "builtin_function_or_method"),
        ("\ud800", "lone surrogate"),
        (loop, "more than 100 levels deep, or contains itself"),
    ]:
        with pytest.raises(WireError, match=words):
            encode(value)


def test_depth_is_bounded_on_both_sides() -> None:
    value: Any = None
    for _ in range(_wire.DEPTH_MAX):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(WireError, match="100 levels"):
        encode([value])
    with pytest.raises(WireError, match="100 levels"):
        decode(b"l\1\0\0\0" * 200 + b"N")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "ends within itself"),
        (b"NN", "1 bytes follow"),
        (b"?", "begins no value"),
        (b"i\xff\xff\xff\xff", "ends within itself"),
        (b"l\xff\xff\xff\xffN", "ends within itself"),
        (b"s\1\0\0\0\xff", "not UTF-8"),
        (b"S\1\0\0\0l\0\0\0\0", "cannot be hashed"),
        (b"d\1\0\0\0d\0\0\0\0N", "cannot be hashed"),
        (b"ON\0\0\0\0", "class whose name is no str"),
        (b"Os\1\0\0\0x\1\0\0\0NN", "field whose name is no str"),
        (b"Os\x0d\0\0\0datetime.date\0\0\0\0", "make no `datetime.date`"),
    ],
)
def test_bytes_that_are_no_value(data: bytes, words: str) -> None:
    with pytest.raises(WireError, match=words):
        decode(data)


def test_damaged_bytes_never_raise_anything_else() -> None:
    good = [encode(value) for value in VALUES] + [encode(VALUES[-1:] * 3), encode(Invoice(1, 2.0))]
    chance = random.Random(20261121)
    outcomes = set()
    for _ in range(20_000):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randrange(1, 4)):
            match chance.randrange(3):
                case 0 if data:
                    data[chance.randrange(len(data))] = chance.randrange(256)
                case 1 if data:
                    del data[chance.randrange(len(data)) :]
                case _:
                    data.insert(chance.randrange(len(data) + 1), chance.choice(b"NTFifsbltdSZO\0\1\xff"))
        try:
            decode(bytes(data))
            outcomes.add("value")
        except WireError:
            outcomes.add("refused")
    assert outcomes == {"value", "refused"}


def test_frames() -> None:
    ours, theirs = socket.socketpair()
    payload = random.Random(1).randbytes(3_000_000)
    with ours, theirs:
        sender = threading.Thread(target=lambda: (_wire.send(theirs, payload), _wire.send(theirs, b"")))
        sender.start()
        assert _wire.receive(ours) == payload
        assert _wire.receive(ours) == b""
        sender.join()
        theirs.shutdown(socket.SHUT_WR)
        assert _wire.receive(ours) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\1\0", "2 of 4 bytes"),
        (b"\5\0\0\0abc", "3 of 5 bytes"),
        (struct.pack("<I", _wire.FRAME_BYTES_MAX + 1), "more than the limit"),
    ],
)
def test_frames_that_are_cut_or_too_long(data: bytes, words: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(WireError, match=words):
            _wire.receive(ours)


def test_a_message_over_the_bound_is_not_begun() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(WireError, match="more than the limit"):
            _wire.send(theirs, bytes(_wire.FRAME_BYTES_MAX + 1))
        theirs.close()
        assert _wire.receive(ours) is None
