class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next

class LinkedList:
    def __init__(self, values=()):
        self.head = None
        self.size = 0
        for v in reversed(list(values)):
            self.head = Node(v, self.head)
            self.size += 1
    def __iter__(self):
        node = self.head
        while node:
            yield node.value
            node = node.next
    def __len__(self):
        return self.size
    def reverse(self):
        previous, node = None, self.head
        while node:
            node.next, previous, node = previous, node, node.next
        self.head = previous
        return self
    def __repr__(self):
        return " -> ".join(map(repr, self)) or "empty"

l = LinkedList([1, "two", 3.0])
print(l, len(l), l.reverse(), list(l), LinkedList(), "two" in l)

class Tree:
    def __init__(self):
        self.root = None
    def insert(self, key):
        def go(node):
            if node is None:
                return {"key": key, "left": None, "right": None}
            side = "left" if key < node["key"] else "right"
            node[side] = go(node[side])
            return node
        self.root = go(self.root)
        return self
    def __iter__(self):
        def walk(node):
            if node:
                yield from walk(node["left"])
                yield node["key"]
                yield from walk(node["right"])
        return walk(self.root)
    def depth(self):
        def go(n):
            return 0 if n is None else 1 + max(go(n["left"]), go(n["right"]))
        return go(self.root)

t = Tree()
for k in [50, 30, 70, 20, 40, 60, 80, 10]:
    t.insert(k)
print(list(t), t.depth(), max(t))

class LRU:
    def __init__(self, capacity):
        self.capacity, self.data = capacity, {}
    def get(self, key):
        if key not in self.data:
            return -1
        self.data[key] = self.data.pop(key)
        return self.data[key]
    def put(self, key, value):
        self.data.pop(key, None)
        self.data[key] = value
        if len(self.data) > self.capacity:
            self.data.pop(next(iter(self.data)))

c = LRU(2)
c.put("a", 1); c.put("b", 2); c.get("a"); c.put("c", 3)
print(c.data, c.get("b"), c.get("a"))
