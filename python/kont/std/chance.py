"""Random numbers: from bytes that nobody can guess, or the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Generator, Sequence
from typing import Any, ClassVar, Never, TypeVar

from kont import _kont
from kont.effects import Effect, RandomBytes
from kont.handling import handler
from kont.rows import Do

__all__ = ["Random", "RandomChoice", "RandomInt", "Shuffle", "randomness", "seeded"]

T = TypeVar("T")


class Random(Effect[float]):
    """A number from 0 up to, and not including, 1."""

    __kont_handler__: ClassVar[str] = "kont.std.randomness"


class RandomInt(Effect[int]):
    """A whole number from `low` up to and including `high`."""

    __kont_handler__: ClassVar[str] = "kont.std.randomness"
    low: int
    high: int


class RandomChoice(Effect[T]):
    """One of the items; there must be one."""

    __kont_handler__: ClassVar[str] = "kont.std.randomness"
    items: Sequence[T]


class Shuffle(Effect[list[T]]):
    """The items in a random order, as a new list."""

    __kont_handler__: ClassVar[str] = "kont.std.randomness"
    items: Sequence[T]


@handler(Random, RandomInt, RandomChoice, Shuffle)
def randomness(effect: Random | RandomInt | RandomChoice[Any] | Shuffle[Any]) -> Do[RandomBytes, Any]:
    """Answers the random effects from `RandomBytes`, which `run` answers with bytes that nobody can guess.

    What replaces or records `RandomBytes` outside of it therefore decides everything here.

    >>> import kont
    >>> from kont.std import RandomInt, randomness
    >>> kont.run(RandomInt(1, 6), randomness) in range(1, 7)
    True
    """
    match effect:
        case Random():
            return (yield from _float())
        case RandomInt(low, high):
            if low > high:
                raise ValueError(f"there is no whole number from {low} to {high}")
            return low + (yield from _below(high - low + 1))
        case RandomChoice(items):
            if not items:
                raise IndexError("there is nothing to choose from")
            return items[(yield from _below(len(items)))]
    items = list(effect.items)
    for last in range(len(items) - 1, 0, -1):
        other = yield from _below(last + 1)
        items[last], items[other] = items[other], items[last]
    return items


def seeded(seed: int) -> _kont.Handler[Random | RandomInt | RandomChoice[Any] | Shuffle[Any] | RandomBytes, Never]:
    """Answers the random effects and `RandomBytes` with what follows from the seed: the double for tests.

    >>> import kont
    >>> from kont.std import Shuffle, seeded
    >>> kont.run(Shuffle("abc"), seeded(1)) == kont.run(Shuffle("abc"), seeded(1))
    True
    """
    source = random.Random(seed)

    @handler(Random, RandomInt, RandomChoice, Shuffle, RandomBytes)
    def seeded(effect: Any, k: _kont.K) -> Any:
        match effect:
            case Random():
                return k(source.random())
            case RandomInt(low, high):
                if low > high:
                    raise ValueError(f"there is no whole number from {low} to {high}")
                return k(source.randint(low, high))
            case RandomChoice(items):
                if not items:
                    raise IndexError("there is nothing to choose from")
                return k(source.choice(items))
            case RandomBytes(count):
                return k(source.randbytes(count))
        items = list(effect.items)
        source.shuffle(items)
        return k(items)

    return seeded


def _float() -> Generator[Any, Any, float]:
    # As many bits as a float has.
    data = yield RandomBytes(7)
    return float((int.from_bytes(data, "big") >> 3) / (1 << 53))


def _below(limit: int) -> Generator[Any, Any, int]:
    bits = (limit - 1).bit_length()
    if bits == 0:
        return 0
    count = (bits + 7) // 8
    # Numbers above the limit are drawn again: a remainder would favour the small ones.
    while True:
        data = yield RandomBytes(count)
        number = int.from_bytes(data, "big") >> (8 * count - bits)
        if number < limit:
            return number
