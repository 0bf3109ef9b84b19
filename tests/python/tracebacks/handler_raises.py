"""A handler has a mistake of its own; the program that performs does not catch it."""

import kont


class Price(kont.Effect[float]):
    item: str


class Log(kont.Effect[None]):
    text: str


PRICES = {"tea": 3.5, "cake": 4.0}


@kont.handler(Price)
def from_list(effect):
    return PRICES[effect.item]


@kont.handler(Log)
def quiet(effect):
    return None


async def total(items):
    total = 0
    for item in items:
        total += await Price(item)
    return total


async def main():
    await Log("adding up")
    return await total(["tea", "scone"])


kont.run(main(), from_list, quiet)
