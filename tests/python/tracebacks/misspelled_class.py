"""The program performs another class than the one that is handled."""

import kont


class FetchPage(kont.Effect[str]):
    url: str


class FetchPages(kont.Effect[list]):
    urls: list


@kont.handler(FetchPage)
def from_network(effect):
    return f"<html>{effect.url}</html>"


@kont.do
def crawl(url):
    return (yield FetchPages(url))


kont.run(crawl("https://kont.dev"), from_network)
