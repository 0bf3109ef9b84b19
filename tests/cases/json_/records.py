import json
raw = """[
  {"id": 1, "customer": {"name": "Ann", "city": "Berlin"}, "lines": [{"sku": "A", "qty": 2, "price": 9.99}, {"sku": "B", "qty": 1, "price": 100}]},
  {"id": 2, "customer": {"name": "Bob"}, "lines": []},
  {"id": 3, "customer": {"name": "Cid", "city": "Paris"}, "lines": [{"sku": "A", "qty": 10, "price": 9.5}], "paid": true}
]"""
orders = json.loads(raw)
by_sku = {}
for order in orders:
    total = sum(line["qty"] * line["price"] for line in order["lines"])
    for line in order["lines"]:
        by_sku[line["sku"]] = by_sku.get(line["sku"], 0) + line["qty"]
    order["total"] = round(total, 2)
    print(f"{order['id']:>3} {order['customer']['name']:<5} {order['customer'].get('city', '?'):<8} {total:>8.2f} {'paid' if order.get('paid') else 'open'}")
print(by_sku, sum(o["total"] for o in orders))
summary = [{k: o[k] for k in ("id", "total")} for o in orders if o["lines"]]
print(json.dumps(summary, indent=1))

def walk(node, path="$"):
    if isinstance(node, dict):
        for k, v in node.items():
            yield from walk(v, f"{path}.{k}")
    elif isinstance(node, list):
        for i, v in enumerate(node):
            yield from walk(v, f"{path}[{i}]")
    else:
        yield path, node

for path, leaf in walk(orders[0]):
    print(path, repr(leaf))
