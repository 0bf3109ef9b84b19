"""A mistake in a handler, for `docs/reference/python.md`: what Python prints of it."""

import kont


class Price(kont.Effect[float]):
    item: str


class Log(kont.Effect[None]):
    text: str


@kont.handler(Price)
def from_list(effect):
    return {"tea": 3.5}[effect.item]


@kont.handler(Log)
def quiet(effect):
    return None


async def total(items):
    return await Price(items[0]) + await Price(items[1])


async def main():
    task = await kont.Spawn(total(["tea", "scone"]), name="bill")
    return await task


kont.run(main(), from_list, quiet)
