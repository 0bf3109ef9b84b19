"""Mistakes that type checkers find. Each line that has one says what they call it."""

from collections.abc import Generator
from typing import Any

import kont
from kont.testing import expect, explore


class Ask(kont.Effect[str]):
    key: str


Ask(5)  # error: mypy[arg-type] pyright[reportArgumentType] ty[invalid-argument-type]
Ask()  # error: mypy[call-arg] pyright[reportCallIssue] ty[missing-argument]
Ask("a").key = "b"  # error: mypy[misc] pyright[reportAttributeAccessIssue] ty[invalid-assignment]


async def wrong_answer() -> int:
    return await Ask("a")  # error: mypy[return-value] pyright[reportReturnType] ty[invalid-explicit-return]


@kont.do
def wrong_value() -> Generator[Any, Any, int]:
    answer = yield from Ask("a")
    return answer  # error: mypy[return-value] pyright[reportReturnType] ty[invalid-explicit-return]


async def forgotten() -> str:
    answer = Ask("a")
    return answer  # error: mypy[return-value] pyright[reportReturnType] ty[invalid-explicit-return]


@kont.handler(Ask)
def handler(effect: Ask) -> str:
    return effect.key


kont.run(5, handler)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(wrong_answer, handler)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.run(Ask("a"), 5)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.WithIntercept(print, Ask("a"), mode="change")  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
kont.handlers(handler, "other")  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
expect(Ask("a"), 5)  # error: mypy[misc] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
expect("a")  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
explore(wrong_answer())  # error: mypy[arg-type] pyright[reportArgumentType] ty[invalid-argument-type]


async def on_a_loop() -> int:
    await kont.run_async(5, handler)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
    await kont.run_async(wrong_answer, handler)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
    await kont.run_async(Ask("a"), 5)  # error: mypy[call-overload] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
    await kont.run_async(Ask("a"))  # error: mypy[arg-type] pyright[reportArgumentType, reportCallIssue] ty[no-matching-overload]
    answer = await kont.run_async(Ask("a"), handler)
    return answer  # error: mypy[return-value] pyright[reportReturnType] ty[invalid-explicit-return]
