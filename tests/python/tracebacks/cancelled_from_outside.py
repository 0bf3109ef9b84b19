"""asyncio gives up on a program."""

import asyncio

import kont


class Fetch(kont.Effect[str]):
    url: str


@kont.handler(Fetch)
async def slow(effect):
    await asyncio.sleep(60)
    return "page"


async def program():
    return await Fetch("/report")


async def main():
    async with asyncio.timeout(0.01):
        return await kont.run_async(program(), slow)


asyncio.run(main())
