"""An effect is returned, and was meant to be performed."""

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def from_table(effect):
    return {"name": "world"}[effect.key]


async def name():
    return Ask("name")


async def greet():
    return "hello " + await name()


kont.run(greet(), from_table)
