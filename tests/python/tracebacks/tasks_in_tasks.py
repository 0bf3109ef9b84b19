"""A task that a task has spawned fails, while a handler answers it."""

import kont


class Resize(kont.Effect[bytes]):
    image: bytes
    width: int


@kont.handler(Resize)
def resize(effect):
    return effect.image[:: effect.width]


async def thumbnail(image):
    return await Resize(image, 0)


async def album(images):
    tasks = []
    for image in images:
        tasks.append(await kont.Spawn(thumbnail(image)))
    return await kont.Gather(*tasks)


async def main():
    task = await kont.Spawn(album([b"cat" * 100]), name="album")
    return await task


kont.run(main(), resize)
