# limit: steps, calls
# error: RecursionError, AttributeError, RuntimeError, TypeError
import asyncio

asyncio.sleep = lambda *a: asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))


async def main():
    await asyncio.sleep(0)


asyncio.run(main())
