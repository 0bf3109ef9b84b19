a, b = {1, 2, 3}, {3, 4}
print(a | b, a & b, a - b, a ^ b, a <= b, {3} < a, a >= {1}, a.isdisjoint({9}), 2 in a, len(a), a == {3, 2, 1})
print(a.union([4], (5,)), a.intersection([1, 9]), a.difference({1}, {2}), a.symmetric_difference([1, 7]), a.issubset(range(9)), a.issuperset([1]))
a.add(9); a.discard(100); a.remove(1); a.update([7], {8})
print(sorted(a), set(), set("aab") == {"a", "b"}, {*()}, frozenset([1, 2]), frozenset() , {frozenset([1]): "f"}[frozenset([1])])
a |= {50}; a &= {50, 7, 9}; a -= {9}; a ^= {1}
print(sorted(a), a.copy() == a, a.pop() in (1, 7, 50), len(a))
print({1, 1.0, True}, {x % 3 for x in range(9)}, sorted({"b", "a"}), max({3, 8}), sum({1, 2}), {1} | frozenset([2]), frozenset([2]) | {1}, {1, 2} == frozenset([1, 2]))
for call in (lambda: {1}.remove(5), lambda: set().pop(), lambda: {1} | [2], lambda: {[]}, lambda: (lambda o: o[0])({1}), lambda: {1} + {2}, lambda: set(5), lambda: frozenset([1]).add(2), lambda: hash({1}), lambda: {1} < [1]):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
seen = set()
print([x for x in [3, 1, 3, 2, 1] if not (x in seen or seen.add(x))], list(dict.fromkeys([3, 1, 3])))
a.clear()
print(a, bool(a), {1, 2, 3}.difference(), set([1]).intersection(), {(1, 2), (3,)} == {(3,), (1, 2)}, {0} - {0})
print({1, 2}.__contains__(1), set.union({1}, {2}), sorted(map(len, [{1}, {1, 2}, set()])), [1] in [[1]], None in {None})
