"""A handler ends a program early, and the clean-up of that program fails."""

import kont


class Stop(kont.Effect[None]):
    reason: str


@kont.handler(Stop)
def stop(effect, k):
    return f"stopped: {effect.reason}"


async def work(path):
    file = None
    try:
        await Stop("no disk")
        file = open(path)
    finally:
        file.close()


kont.run(work("report.txt"), stop)
