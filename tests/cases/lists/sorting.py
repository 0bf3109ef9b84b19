words = ["banana", "Apple", "cherry", "apple", "Banana", "date"]
print(sorted(words), sorted(words, key=str.lower), sorted(words, key=len), sorted(words, reverse=True))
print(sorted(words, key=lambda w: (-len(w), w.lower())), sorted(words, key=str.lower, reverse=True))
people = [("Ann", 30), ("Bob", 25), ("Cid", 30), ("Dee", 25)]
people.sort(key=lambda p: p[1])
print(people)
people.sort(key=lambda p: p[1], reverse=True)
print(people)
print(sorted([3, 1.5, True, 2]), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted([[2], [1, 5], [1]]), sorted("hello"), sorted({3: 1, 1: 2}))
print(sorted([5, -3, 0, 2], key=abs), sorted(range(5), key=lambda x: x % 2), sorted([True, False, 1, 0]))

class Item:
    def __init__(self, n, tag):
        self.n, self.tag = n, tag
    def __lt__(self, other):
        return self.n < other.n
    def __repr__(self):
        return f"{self.n}{self.tag}"

items = [Item(2, "a"), Item(1, "b"), Item(2, "c"), Item(1, "d")]
print(sorted(items), sorted(items, reverse=True), max(items), min(items))
calls = []
def key(x):
    calls.append(x)
    return -x
print(sorted([1, 3, 2], key=key), calls)
try:
    sorted([1, "a", None])
except TypeError as error:
    print(error)
try:
    [1, 2].sort(lambda x: x)
except TypeError as error:
    print(error)
def bad(x):
    raise KeyError(x)
l = [3, 1, 2]
try:
    l.sort(key=bad)
except KeyError as error:
    print("key failed", error, l)
from functools import cmp_to_key
print(sorted([5, 2, 9], key=cmp_to_key(lambda a, b: b - a)))
print([x for _, x in sorted(zip([3, 1, 2], "abc"))], sorted(sorted(words), key=len))
data = [((i * 7919) % 101, i) for i in range(60)]
print([i for _, i in sorted(data)][:10], sorted(data, key=lambda p: p[0] % 5)[:4])
