"""An effect is returned by a program that another one yields."""

import kont


class Ask(kont.Effect[str]):
    key: str


@kont.handler(Ask)
def from_table(effect):
    return {"name": "world"}[effect.key]


@kont.do
def name(key):
    yield kont.Pure(None)
    return Ask(key)


@kont.do
def greet():
    return "hello " + (yield name("name"))


kont.run(greet(), from_table)
