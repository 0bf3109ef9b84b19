# limit: calls
import asyncio
async def main():
    while True:
        await asyncio.gather(*[async_tool(i) for i in range(10)])
asyncio.run(main())
