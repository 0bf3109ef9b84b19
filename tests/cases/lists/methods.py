a = [3, 1, 2]
a.append(4); a.extend([5, 6]); a.insert(0, 0); a.insert(-1, "x"); a.insert(100, "end")
print(a, a.pop(), a.pop(0), a.pop(-2), a)
a.remove(1)
print(a, a.index(4), a.count(3), a.copy() is a, a + [1], a * 2, [0] * 3, 3 in a)
a.reverse()
print(a, a[::-1], a[1:3], a[-2:], a[::2], a[10:], list(reversed(a)))
a.clear()
print(a, bool(a), len(a))
b = list(range(10))
b[2:5] = ["a"]
print(b)
b[1:1] = [10, 20]
print(b)
b[::2] = [0] * len(b[::2])
print(b)
del b[0], b[-1], b[1:3]
print(b)
b[len(b):] = "xy"
b[:0] = (7,)
print(b)
c = [[0] * 3] * 2
c[0][0] = 1
print(c, c[0] is c[1])
d = [[0] * 3 for _ in range(2)]
d[0][0] = 1
print(d)
print([1, 2] == [1, 2], [1, 2] < [1, 2, 3], [2] > [1, 9], [] == (), [1] != [2], [[1], 2] == [[1], 2])
l = [1]
l.append(l)
print(l, l[1] is l)
for call in (lambda: [1].index(5), lambda: [].pop(), lambda: [1].pop(4), lambda: [1][1], lambda: [1].remove(0), lambda: [1, 2].insert("a", 1), lambda: [1] + "a", lambda: [1] * [2], lambda: [1] < "a", lambda: list(3)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, error)
try:
    b[::2] = [1]
except ValueError as error:
    print(error)
print(b.sort.__name__, [].sort(), sorted([]), [*range(3)], sum(range(5)), list("ab"), min([3, 1]), [1, 2, 3].index(2, 1))
