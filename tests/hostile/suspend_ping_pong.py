# limit: steps, memory_bytes
import asyncio
async def ping(a, b):
    while True:
        await a.put(1)
        await b.get()
async def main():
    a, b = asyncio.Queue(), asyncio.Queue()
    await asyncio.gather(ping(a, b), ping(b, a))
asyncio.run(main())
