from dataclasses import dataclass, field

class StockError(Exception):
    def __init__(self, sku, wanted, available):
        super().__init__(f"{sku}: wanted {wanted}, have {available}")
        self.sku = sku

@dataclass
class Product:
    sku: str
    price: float
    stock: int = 0

@dataclass
class Inventory:
    products: dict[str, Product] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def add(self, sku, price, stock=0):
        if sku in self.products:
            raise ValueError(f"duplicate {sku!r}")
        self.products[sku] = Product(sku, price, stock)

    def sell(self, sku, count):
        product = self.products[sku]
        if product.stock < count:
            raise StockError(sku, count, product.stock)
        product.stock -= count
        self.log.append(f"sold {count} x {sku}")
        return round(product.price * count, 2)

    @property
    def value(self):
        return sum(p.price * p.stock for p in self.products.values())

inv = Inventory()
inv.add("pen", 1.25, 100)
inv.add("ink", 7.99, 3)
revenue = 0
for sku, count in [("pen", 30), ("ink", 5), ("ink", 2), ("cap", 1), ("pen", 70), ("pen", 1)]:
    try:
        revenue += inv.sell(sku, count)
    except StockError as error:
        print("short:", error, error.sku)
    except KeyError as error:
        print("unknown:", error)
print(f"revenue {revenue:.2f}, left {inv.value:.2f}")
print(inv.log)
print(inv.products["ink"])
try:
    inv.add("pen", 1)
except ValueError as error:
    print(error)
