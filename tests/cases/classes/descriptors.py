class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name
        print("set_name", owner.__name__, name)
    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return getattr(instance, self.name, 0)
    def __set__(self, instance, value):
        if value < 0:
            raise ValueError(f"{self.name[1:]} must not be negative: {value}")
        setattr(instance, self.name, value)

class Order:
    price = Positive()
    count = Positive()
    def __init__(self, price, count):
        self.price, self.count = price, count
    @property
    def total(self):
        return self.price * self.count

o = Order(5, 3)
print(o.total, o.__dict__, isinstance(Order.price, Positive))
try:
    o.price = -1
except ValueError as error:
    print(error)

class Lazy:
    def __init__(self, f):
        self.f = f
    def __get__(self, instance, owner):
        print("computing")
        value = self.f(instance)
        setattr(instance, self.f.__name__, value)
        return value

class Page:
    @Lazy
    def text(self):
        return "long text"

page = Page()
print(page.text, page.text)
bound = page.__init__
print(callable(bound))
