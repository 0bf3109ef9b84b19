# limit: calls
import asyncio
async def main():
    while True:
        await asyncio.sleep(0.001)
asyncio.run(main())
