d = {"a": 1, "b": 2}
d["c"] = 3
d |= {"d": 4}
print(d, d["a"], d.get("x"), d.get("x", 0), "a" in d, len(d), list(d), list(d.values()), list(d.items()))
print(d.pop("a"), d.pop("zz", None), d.setdefault("e", []), d.setdefault("b", 9), d.popitem(), d)
d.update({"b": 20}, f=6)
d.update([("g", 7)])
print(d, d | {"h": 8}, dict(a=1, **{"b": 2}), dict([("x", 1)]), dict({"y": 2}), dict(zip("ab", range(2))), dict.fromkeys("ab", 0), dict.fromkeys([1]))
del d["c"]
print(d, d == dict(reversed(list(d.items()))), {1: 2} != {1: 3}, {} == [], {**d, "b": 0})
print({1: "int", 1.0: "float", True: "bool"}, {"a": {"b": {"c": 1}}}["a"]["b"], {(1, 2): 3}, {None: 1, False: 0})
print(list(reversed({"x": 1, "y": 2})), d.keys() & {"b", "q"}, d.items() >= {("b", 20)}, d.keys() == {"b", "d", "f", "g"}, sorted(d.keys() - {"b"}))
print(d.keys(), d.values(), d.items(), len(d.items()), ("b", 20) in d.items(), 20 in d.values())
for call in (lambda: d["q"], lambda: d.pop("q"), lambda: {}.popitem(), lambda: d[[1]], lambda: dict(1), lambda: dict(["abc"]), lambda: {} | [], lambda: d.update(5), lambda: d < d, lambda: dict([(1, 2)], 3)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
d.clear()
print(d, d.copy(), bool(d))
c = {}
for w in "the cat the dog the end".split():
    c.setdefault(w, []).append(len(c))
print(c)
d = {"z": 1, "a": 2}
d["z"] = 5
del d["a"]
d["a"] = 6
d["m"] = 7
print(d, min(d), sorted(d.items(), key=lambda kv: kv[1]), max(d, key=d.get), {v: k for k, v in d.items()}, sum(d.values()))
d["self"] = d
print(d)
