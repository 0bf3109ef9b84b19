"""A continuation that one run has captured is resumed in another one."""

import kont


class Pause(kont.Effect[None]):
    pass


kept = []


@kont.handler(Pause)
def keep(effect, k):
    kept.append(k)
    return "paused"


async def program():
    await Pause()
    return "went on"


async def go_on():
    return await kont.Resume(kept[0])


kont.run(program(), keep)
kont.run(go_on())
