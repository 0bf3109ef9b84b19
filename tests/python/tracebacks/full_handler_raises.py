"""A handler that is a generator fails while it asks the handler around it."""

import kont


class Price(kont.Effect[float]):
    item: str


@kont.handler(Price)
def with_tax(effect, k):
    net = yield kont.Delegate()
    return (yield kont.Resume(k, net * 1.19))


@kont.handler(Price)
def from_list(effect):
    return {"tea": "3.5"}[effect.item]


@kont.do
def bill():
    price = yield Price("tea")
    return round(price, 2)


kont.run(bill(), with_tax, from_list)
