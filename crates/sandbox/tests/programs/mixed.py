def counter():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
c = counter(); c(); print(c())
fs = [lambda i=i: i for i in range(3)]; print([f() for f in fs])
x = 10
def glob():
    global x
    x += 1
glob(); print(x)
del x
try: x
except NameError as e: print(e)
print(list(map(lambda a, b: a + b, [1, 2], [3, 4])), list(filter(None, [0, 1, 2])), type(map(str, [])).__name__)
print(sum(i for i in range(10)), max([3, 1, 2], key=lambda v: -v), min("b", "a"), any(x > 2 for x in [1, 3]), all([]))
print(list(enumerate("ab", 1)), list(zip([1, 2], "ab")), list(reversed([1, 2, 3])), sorted("bca", reverse=True))
print({1, 2} | {3}, {"a": 1} | {"b": 2}, [*range(3), *[9]], {**{"a": 1}, "b": 2}, (*[1], 2))
print(f"{3.14159:.2f} {'x':>5} {10:#x} {1000000:,} {'a'!r} {5=}")
a = b = [1]; a.append(2); print(b)
a, (b, *c), d = 1, [2, 3, 4], 5; print(a, b, c, d)
i = 5
while i:
    i -= 1
    if i == 2: break
else: print("no")
print(i)
for q in []: pass
else: print("else")
print([y := 5, y ** 2], 2 ** 100, -7 // 2, -7 % 3, 7.5 // 2, divmod(-7, 2))
print(" ".join(str(k) for k in range(5)), "abc"[::-1], "a,b".split(","), "%s-%d" % ("x", 3), "{}{a}".format(1, a=2))
def va(*args, **kw): return args, kw
print(va(1, 2, a=3), va(*[1], **{"z": 1}))
lst = [3, 1, 2]; lst.sort(key=lambda v: v); print(lst); lst[1:2] = [7, 8]; print(lst); del lst[0]; print(lst)
d = {}; d.setdefault("a", []).append(1); print(d, d.get("b"), d.pop("a"), d)
print(isinstance(3, (int, str)), issubclass(bool, int), type(3), type(None), print)
print([[i * j for j in range(3)] for i in range(3)])
def fibg():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
try:
    for k in {"a": 1}: print(k)
except Exception as e: print(e)
print(str(1.0), 1e16, 1e-5, 0.1 + 0.2, round(2.5), round(1.235, 2), int("12"), float("1e3"), bool([]), abs(-3))
s = set(); s.add(1); s.update([2, 3]); print(s, frozenset([1]))
print(1 if s else 2, not s, s and 1, None or 5)
print(chr(65), ord("a"), hex(255), bin(5), repr("a'b"), ascii("é"), id(1) == id(1))
def outer():
    class K:
        def m(self): return __class__.__name__
    return K().m()
print(outer())
class Node:
    def __init__(self, v, n=None): self.v, self.n = v, n
    def __iter__(self):
        node = self
        while node: yield node.v; node = node.n
print(list(Node(1, Node(2, Node(3)))), [*Node(1)], max(Node(4, Node(9))), 9 in Node(4, Node(9)))
print(sorted([("b", 1), ("a", 2)]), sorted({"z": 1, "y": 2}.items(), key=lambda kv: kv[1]))
print("a" "b", 'x' * 3, [0] * 3, (1,) + (2,), "abc" < "abd", [1, 2] < [1, 3], (1, 2) == (1, 2))
print(hash((1, 2)) == hash((1, 2)), {(1, 2): 3}[(1, 2)])
async def co(): return 1
c = co(); print(type(c).__name__); c.close()
def ann(a: int, b: "str" = "x") -> None: "doc"; return None
print(ann.__doc__, ann.__name__, ann.__defaults__)
