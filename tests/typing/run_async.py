"""What type checkers know of programs on an event loop. This file is checked, and not run."""

import asyncio
from collections.abc import Generator
from typing import Any, assert_type

import kont


class Ask(kont.Effect[str]):
    key: str


async def greet() -> str:
    return f"hello {await Ask('name')}"


@kont.do
def count() -> Generator[Any, Any, int]:
    text = yield from Ask("name")
    return len(text)


def bare() -> Generator[Any, Any, bytes]:
    text = yield from Ask("name")
    return text.encode()


@kont.handler(Ask)
def upper(effect: Ask) -> str:
    return effect.key.upper()


class Table(kont.Handlers):
    @kont.on(Ask)
    def ask(self, effect: Ask) -> str:
        return effect.key


async def main() -> None:
    assert_type(await kont.run_async(greet(), upper), str)
    assert_type(await kont.run_async(count(), Table()), int)
    assert_type(await kont.run_async(bare(), kont.handlers(upper, Table())), bytes)
    assert_type(await kont.run_async(Ask("name"), upper, seed=7, virtual_time=True), str)
    assert_type(await kont.run_async(asyncio.to_thread(len, "abc")), int)
    task = asyncio.create_task(kont.run_async(count(), upper))
    assert_type(task, asyncio.Task[int])
    both = await asyncio.gather(kont.run_async(greet(), upper), task)
    assert_type(both, tuple[str, int])


async def blocks() -> str:
    assert_type(await kont.Thread().call(len, "text"), int)
    return await kont.Thread(name="reader").call(open("file").read, 5)


async def program() -> tuple[int, Any]:
    # Inside a program too.
    return await kont.run_async(count(), upper), await kont.Await(asyncio.sleep(0))


assert_type(kont.run(program()), tuple[int, Any])
