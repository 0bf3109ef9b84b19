class Ring:
    def __init__(self, *items):
        self.items = list(items)
    def __len__(self):
        return len(self.items)
    def __getitem__(self, i):
        if isinstance(i, slice):
            return ("slice", i.start, i.stop, i.step)
        return self.items[i % len(self.items)]
    def __setitem__(self, i, v):
        self.items[i % len(self.items)] = v
    def __delitem__(self, i):
        del self.items[i % len(self.items)]
    def __contains__(self, x):
        return x in self.items
    def __iter__(self):
        return iter(self.items)
    def __reversed__(self):
        return iter(["reversed"] + self.items[::-1])

r = Ring("a", "b", "c")
print(len(r), r[4], r[-1], r[1:2], r[::3], "b" in r, list(r), list(reversed(r)))
r[5] = "z"
del r[0]
print(list(r), bool(r), bool(Ring()))

class Old:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * i

print(list(Old()), 4 in Old(), 5 in Old(), tuple(Old()), sum(Old()))
a, *rest = Old()
print(a, rest)

class Countdown:
    def __init__(self, n):
        self.n = n
    def __iter__(self):
        return self
    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n

print(list(Countdown(3)), max(Countdown(5)), dict(zip(Countdown(2), "ab")))
try:
    len(Countdown(1))
except TypeError as error:
    print(error)
