from dataclasses import dataclass, field, asdict, astuple, replace, fields

@dataclass
class Item:
    name: str
    price: float = 1.5
    tags: list = field(default_factory=list)
    count: int = field(default=1, repr=False, compare=False)

    def total(self):
        return self.price * self.count

a = Item("pen")
b = Item("pen", tags=[], count=5)
print(a, a == b, b.total(), a != Item("ink"), a.tags is b.tags)
a.tags.append("new")
print(asdict(a), astuple(b), replace(a, name="pencil"))
print([f.name for f in fields(Item)], Item.__name__)
try:
    Item()
except TypeError as error:
    print(error)
try:
    Item("x", 1, [], 2, 3)
except TypeError as error:
    print(error)
try:
    hash(a)
except TypeError as error:
    print(error)

@dataclass
class Special(Item):
    discount: float = 0.1
    def total(self):
        return super().total() * (1 - self.discount)

s = Special("book", 10, discount=0.5)
print(s, s.total(), isinstance(s, Item), s == Item("book", 10))
