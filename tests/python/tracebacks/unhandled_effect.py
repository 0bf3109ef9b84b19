"""No handler of the effect was installed."""

import kont


class ReadSetting(kont.Effect[str]):
    name: str


class Log(kont.Effect[None]):
    text: str


@kont.handler(Log)
def quiet(effect):
    return None


async def connect():
    await Log("connecting")
    return await ReadSetting("host")


kont.run(connect(), quiet)
