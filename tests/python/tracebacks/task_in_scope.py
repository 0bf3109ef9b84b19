"""A task that was spawned in a scope fails; its sibling is cancelled."""

import kont


class Fetch(kont.Effect[str]):
    url: str


@kont.handler(Fetch)
def fetch(effect):
    yield kont.Sleep(1)
    if "missing" in effect.url:
        raise FileNotFoundError(effect.url)
    return "page"


async def page(url):
    return len(await Fetch(url))


async def crawl(urls):
    async with kont.scope() as s:
        for url in urls:
            await s.spawn(page(url), name=url)


kont.run(crawl(["/home", "/missing"]), fetch, virtual_time=True)
