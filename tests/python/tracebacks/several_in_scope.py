"""Two tasks of a scope fail, one of them while it is cancelled."""

import kont


async def connect(host):
    await kont.Sleep(1)
    raise ConnectionError(f"{host} does not answer")


async def listen():
    try:
        await kont.Sleep(60)
    finally:
        close(None)


def close(socket):
    socket.close()


async def main():
    async with kont.scope() as s:
        await s.spawn(connect("db"), name="connect")
        await s.spawn(listen(), name="listen")


kont.run(main(), virtual_time=True)
