# limit: memory_bytes, steps
import asyncio


async def f():
    asyncio.create_task(f())
    asyncio.create_task(f())


async def main():
    await f()
    while True:
        await asyncio.sleep(0)


asyncio.run(main())
