# limit: steps, memory_bytes
import asyncio
async def child():
    asyncio.create_task(child())
    asyncio.create_task(child())
async def main():
    await child()
    while True:
        await asyncio.sleep(0)
asyncio.run(main())
