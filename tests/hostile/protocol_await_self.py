# error: RecursionError, TypeError
import asyncio


class A:
    def __await__(self):
        return (yield from A().__await__())


async def main():
    await A()


asyncio.run(main())
