import json
class Node:
    def __init__(self, v): self.v = v; self.next = None; self.data = [v] * 10
def make(n):
    head = None
    for i in range(n):
        x = Node(i); x.next = head; head = x
    return head
keep = make(100)
total = 0
for k in range(300):
    h = make(200)
    total += h.v
    s = json.dumps({"a": [h.v, k], "b": str(k) * 10})
    def gen(h=h):
        while h:
            yield h.v
            h = h.next
    total += sum(gen())
print(total)
n = 0; p = keep
while p: n += p.v + p.data[3]; p = p.next
print(n, json.loads(s)["a"])
d = {}
for i in range(20000):
    d[str(i)] = [i]
print(sum(v[0] for v in d.values()), len(d))
