"""A mistake in a program that a program runs that a program runs."""

import kont


class Load(kont.Effect[str]):
    name: str


@kont.handler(Load)
def from_disk(effect):
    return "12 apples"


def parse(text):
    return int(text)


@kont.do
def count(name):
    text = yield Load(name)
    return parse(text)


async def shelf(name):
    return await count(name)


@kont.do
def shop():
    apples = yield shelf("apples")
    pears = yield shelf("pears")
    return apples + pears


kont.run(shop(), from_disk)
