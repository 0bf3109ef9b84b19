"""A task fails, and nobody ever waits for it."""

import kont


async def refresh(cache):
    cache["price"] = 1 / len(cache)


async def main():
    await kont.Spawn(refresh({}), name="refresh")
    await kont.Yield()
    return "done"


print(kont.run(main()))
