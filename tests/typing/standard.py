"""What type checkers know of the standard effects. This file is checked, and not run."""

from collections.abc import Generator
from typing import Any, assert_type

import kont
from kont.std import (
    CacheExists,
    Cached,
    Err,
    Http,
    HttpResponse,
    Listen,
    Local,
    Ok,
    RandomChoice,
    ReadFile,
    Shuffle,
    Try,
    cached,
    retry,
)


class Count(kont.Effect[int]):
    of: str


async def load(name: str) -> int:
    return await Count(name)


@cached
async def kept(name: str) -> int:
    return await Count(name)


@cached(ttl_s=5)
@kont.do
def kept_for_a_while(name: str) -> Generator[Any, Any, int]:
    return (yield from Count(name))


@cached
class Page(kont.Effect[str]):
    url: str


@cached(ttl_s=60, key=lambda page: page.url)
class Agreed(kont.Effect[str]):
    url: str


async def answers() -> None:
    assert_type(await Try(load("a")), Ok[int] | Err)
    assert_type(await Try(Count("a")), Ok[int] | Err)
    assert_type(await Local({"a": 1}, Count("a")), int)
    value, heard = await Listen(Count("a"))
    assert_type(value, int)
    assert_type(heard, list[kont.Effect[Any]])
    assert_type(await Cached("key", Count("a")), int)
    assert_type(await retry(lambda: load("a"), until=lambda count: count > 3), int)
    assert_type(await kept("a"), int)
    assert_type(await kept_for_a_while("a"), int)
    assert_type(await Page("/"), str)
    assert_type(await Agreed("/"), str)
    assert_type(await CacheExists("a"), bool)
    assert_type(await Http("https://example.org/"), HttpResponse)
    assert_type(await ReadFile("a"), bytes)
    assert_type(await RandomChoice([1, 2]), int)
    assert_type(await Shuffle(["a"]), list[str])
