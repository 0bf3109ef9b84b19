r = range(2, 20, 3)
print(r, list(r), len(r), r[0], r[-1], r[1:3], r[::-1], 5 in r, 6 in r, r.index(8), r.count(5), r.start, r.stop, r.step, list(reversed(r)))
print(list(range(5, 0, -2)), list(range(0)), list(range(3, 1)), range(3) == range(0, 3, 1), range(0) == range(5, 5), hash(range(3)) == hash(range(0, 3)), bool(range(0)), sum(range(1, 101)), max(range(5)), len(range(10 ** 12)), 10 ** 11 in range(10 ** 12), 2.0 in range(5), "a" in range(3))
for call in (lambda: range(1, 5, 0), lambda: range(2.5), lambda: range(), lambda: r[10], lambda: r.index(3), lambda: range("a")):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
s = slice(1, 10, 2)
print(s, s.start, s.stop, s.step, list(range(20))[s], s.indices(5), slice(3), slice(None, None, -1), "abcdef"[slice(-3, None)])
for i in range(3):
    i += 10
print(i, [*range(3)], tuple(range(2, 4)), list(zip(range(3), range(3, 6))), list(enumerate(range(5, 7), 1)))
for a in range(2):
    for b in range(2):
        if b == 1: break
        print(a, b)
    else:
        print("never")
else:
    print("done")
