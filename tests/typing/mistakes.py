"""Mistakes that type checkers find. Each is marked where it is; a mark without a mistake is an error too."""

from collections.abc import Generator
from typing import Any

import kont


class Ask(kont.Effect[str]):
    key: str


Ask(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Ask()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Ask("a").key = "b"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


async def wrong_answer() -> int:
    return await Ask("a")  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


@kont.do
def wrong_value() -> Generator[Any, Any, int]:
    answer = yield from Ask("a")
    return answer  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


async def forgotten() -> str:
    answer = Ask("a")
    return answer  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


@kont.handler(Ask)
def handler(effect: Ask) -> str:
    return effect.key


kont.run(5, handler)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
kont.run(wrong_answer, handler)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
kont.run(Ask("a"), 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
kont.WithIntercept(print, Ask("a"), mode="change")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
kont.handlers(handler, "other")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
