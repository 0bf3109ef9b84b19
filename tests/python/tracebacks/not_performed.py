"""The answer of an effect is used, and the effect was never performed."""

import kont


class Price(kont.Effect[float]):
    item: str


class Log(kont.Effect[None]):
    text: str


@kont.handler(Price)
def from_list(effect):
    return 3.5


async def bill():
    Log("adding up")
    return Price("tea") + await Price("cake")


kont.run(bill(), from_list)
