"""An effect is made with an argument that it does not have."""

import kont


class Fetch(kont.Effect[str]):
    url: str
    timeout: float = 10.0


@kont.handler(Fetch)
def fetch(effect):
    return "page"


async def main():
    return await Fetch("/report", tmeout=3)


kont.run(main(), fetch)
