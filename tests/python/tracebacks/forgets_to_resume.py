"""A handler calls its continuation and does not return what that gives."""

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def from_table(effect, k):
    k({"name": "world"}[effect.key])


async def greet():
    return "hello " + await Ask("name")


kont.run(greet(), from_table)
