"""A handler resumes its program a second time."""

import kont


class Flip(kont.Effect[bool]):
    pass


@kont.handler(Flip)
def both_ways(effect, k):
    heads = yield kont.Resume(k, True)
    tails = yield kont.Resume(k, False)
    return [heads, tails]


@kont.do
def coin():
    return "heads" if (yield Flip()) else "tails"


kont.run(coin(), both_ways)
