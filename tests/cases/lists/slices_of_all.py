"""Slices without a step, of every kind of sequence."""


class Index:
    def __init__(self, i):
        self.i = i

    def __index__(self):
        return self.i


class Own:
    def __getitem__(self, k):
        return k


class Listed(list):
    def __getitem__(self, k):
        return ("own", k) if isinstance(k, slice) else list.__getitem__(self, k)


def parts(x):
    return [x[:], x[1:], x[:-1], x[-2:], x[2:1], x[-100:100], x[True:2], x[None:2], x[Index(1) : Index(3)]]


for x in ([1, 2, 3, 4], (1, 2, 3, 4), "abcd", b"abcd", range(4), "äöü€", "a" * 40, []):
    print(parts(x))
print(Own()[1:2], Own()[:], Own()["a":], Listed([1, 2])[0:1], Listed([1, 2])[0])
print([1, 2, 3][: 2**70], "abc"[-(2**70) :])
five, nothing = 5, None
for bad in (lambda: [1][1.0:], lambda: "a"[:"b"], lambda: five[1:2], lambda: nothing[:]):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
order = []


def see(x):
    order.append(x)
    return x


print([10, 20, 30][see(0) : see(2)], order)
a = [1, 2, 3]
b = a[:]
print(b == a, b is a, (1, 2)[:] == (1, 2), "xyz"[:] is not None)
a[1:2] = [7, 8, 9]
a[:0] = (0,)
print(a)
a[2:4] += [5]
print(a)
