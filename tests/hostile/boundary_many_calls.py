# limit: boundary_bytes
import asyncio


async def main():
    s = "x" * 10 ** 6
    await asyncio.gather(*[async_tool(s) for _ in range(90)])


asyncio.run(main())
