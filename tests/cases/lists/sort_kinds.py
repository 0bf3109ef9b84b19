# Sorting by keys of every kind: stable, in both directions, errors included.
rows = [(i * 7919 % 31, i) for i in range(60)]
words = ["b", "a", "ab", "", "a\0", "a\0b", "prefix-of-eight", "prefix-o", "prefix-of", "é", "z", "e", "𝄞", "\uffff", "abcdefgh", "abcdefghi"]


def same(items, **how):
    """The order of a sort beside that of an insertion by `<` alone."""
    key = how.get("key") or (lambda x: x)
    done = []
    for item in reversed(items) if how.get("reverse") else items:
        at = len(done)
        while at > 0 and key(item) < key(done[at - 1]):
            at -= 1
        done.insert(at, item)
    if how.get("reverse"):
        done.reverse()
    got = sorted(items, **how)
    again = list(items)
    again.sort(**how)
    return got == done and again == done and [id(x) for x in got] == [id(x) for x in again]


for reverse in (False, True):
    print(same(rows, reverse=reverse), same(words, reverse=reverse))
    print(same(rows, key=lambda r: r[0], reverse=reverse), same(rows, key=lambda r: -r[0], reverse=reverse))
    print(same(rows, key=lambda r: (r[0] % 3, r[0] % 2), reverse=reverse))
    print(same(rows, key=lambda r: (words[r[0] % 16], -r[0]), reverse=reverse))
    print(same(rows, key=lambda r: (r[0] % 2 == 0, words[r[1] % 16], float(-r[1])), reverse=reverse))
    print(same(rows, key=lambda r: (r[0] % 2, r[0] % 3, r[0] % 5, r[0]), reverse=reverse))
    print(same(rows, key=lambda r: r[0] / 7 - 2, reverse=reverse), same(rows, key=lambda r: r[0] % 4 == 1, reverse=reverse))
    print(same(rows, key=lambda r: r[0] if r[0] % 2 else float(r[0]), reverse=reverse))
    print(same(rows, key=lambda r: 2**80 * r[0], reverse=reverse), same(rows, key=lambda r: [r[0] % 5], reverse=reverse))
    print(same(rows, key=lambda r: (r[0] % 3,) * (r[1] % 3), reverse=reverse))
    print(sorted([0.0, -0.0, 0, False, -1.5, float("inf"), float("-inf")], reverse=reverse))
    print(sorted([3, True, 2, False, 1], reverse=reverse), sorted(words, key=len, reverse=reverse)[:6])
print(sorted([-(2**63), 2**63 - 1, 0, -1, 1]), sorted([-0.0, 0.0, -1.0, 1e308, -1e308, 5e-324]))
print(sorted([], key=len), sorted([5], key=str), sorted("hello"), sorted({"b": 1, "a": 2}.items()))
for bad in ([1, "a"], [(1, 2), (1, "a")], [None, 1], [(1,), 2]):
    try:
        print(sorted(bad, key=lambda x: x))
    except TypeError as e:
        print(e)
nan = float("nan")
print(len(sorted([3.0, nan, 1.0], key=lambda x: x)))
d = {}
for i in range(12):
    d[i] = i
    if i % 3 == 0:
        del d[i]
        d[i, "again"] = i
print(d, 9 in d, 8 in d, (9, "again") in d)
for i in list(d):
    if i != 4:
        del d[i]
d[4.0] = "four"
d["4"] = "text"
print(d, d.get(4), d.get(True), 4.0 in d, {1: "a", True: "b", 1.0: "c"})
