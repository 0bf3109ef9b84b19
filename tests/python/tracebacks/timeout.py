"""What a block waits for takes longer than the block may."""

import kont


class Host(kont.Effect[str]):
    pass


@kont.handler(Host)
def host(effect):
    return "db"


async def connect(name):
    await kont.Sleep(60)


async def main():
    async with kont.timeout(5):
        await connect(await Host())


kont.run(main(), host, virtual_time=True)
