"""A program runs itself for ever."""

import kont


class Parent(kont.Effect[str]):
    path: str


@kont.handler(Parent)
def parents(effect):
    return effect.path.rpartition("/")[0]


async def root(path):
    return await root(await Parent(path))


kont.run(root("/usr/share"), parents)
