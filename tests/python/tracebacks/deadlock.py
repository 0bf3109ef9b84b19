"""Two tasks take two locks, each in another order."""

import kont


async def transfer(first, second):
    async with first:
        await kont.Yield()
        async with second:
            pass


async def main():
    mine, yours = kont.Lock(), kont.Lock()
    async with kont.scope() as s:
        await s.spawn(transfer(mine, yours), name="there")
        await s.spawn(transfer(yours, mine), name="back")


kont.run(main())
