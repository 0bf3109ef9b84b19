"""A handler's own test of effects fails on an effect that is somebody else's."""

import kont


class Ask(kont.Effect[str]):
    key: str


class Tell(kont.Effect[None]):
    text: str


@kont.handler(lambda effect: effect.key.startswith("user."))
def users(effect):
    return "ann"


@kont.handler(Tell)
def show(effect):
    return None


async def greet():
    await Tell("hello " + await Ask("user.name"))


kont.run(greet(), users, show)
