"""An async tool raises."""

import asyncio

import kont


@kont.tool
async def weather(city: str) -> str:
    """The weather in a city."""
    await asyncio.sleep(0)
    return {"berlin": "rain"}[city]


async def plan(city):
    return "stay in" if await weather.call(city) == "rain" else "go out"


async def main():
    return await kont.run_async(plan("paris"))


asyncio.run(main())
