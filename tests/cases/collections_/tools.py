from collections import Counter, defaultdict, deque, OrderedDict
c = Counter("mississippi")
print(c, c["s"], c["zz"], c.most_common(2), sorted(c.elements())[:3], sum(c.values()), c + Counter("miss"), c - Counter("sss"), Counter(a=1) | Counter(a=3), Counter(a=1, b=2) & Counter(b=1))
c.update("mm")
c.subtract({"i": 1})
print(c, dict(c), Counter([1, 1, 2]).most_common(1)[0], Counter() == {}, c.total(), list(Counter("ab")))
d = defaultdict(list)
for k, v in [("a", 1), ("b", 2), ("a", 3)]:
    d[k].append(v)
print(d, dict(d), d["new"], len(d), "x" in d, d.get("x"), defaultdict(int, {"q": 1})["z"])
n = defaultdict(lambda: defaultdict(int))
n["x"]["y"] += 1
print({k: dict(v) for k, v in n.items()})
q = deque([1, 2, 3], maxlen=4)
q.append(4); q.append(5); q.appendleft(0)
print(q, q[0], q[-1], q.popleft(), q.pop(), len(q), list(q), 3 in q)
q.rotate(1); q.extend([8, 9]); q.extendleft([7])
print(q, deque("abc"), list(reversed(q)), q.count(8), deque([1]) == deque([1]), q.maxlen)
try:
    deque().pop()
except IndexError as error:
    print(error)
o = OrderedDict([("a", 1), ("b", 2)])
o.move_to_end("a")
print(list(o.items()), list(o), o.popitem(last=False), o == {"a": 1})
