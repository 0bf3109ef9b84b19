"""What a handler is to handle is an effect, and not a class of effects."""

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask("name"))
def from_table(effect):
    return {"name": "world"}[effect.key]
