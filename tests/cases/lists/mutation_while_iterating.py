a = [1, 2, 3, 4]
for x in a:
    if x == 2:
        a.remove(x)
    print(x, end=" ")
print(a)
b = [1]
for x in b:
    if len(b) < 5:
        b.append(x + 1)
print(b)
for i, x in enumerate(b):
    b[i] = x * 10
print(b)
d = {"a": 1, "b": 2}
try:
    for k in d:
        d[k + "x"] = 0
except RuntimeError as error:
    print(error)
try:
    for k in d:
        del d[k]
except RuntimeError as error:
    print(error)
d = {"a": 1, "b": 2}
for k in d:
    d[k] += 5
for k in list(d):
    if k == "a":
        del d[k]
print(d)
s = {1, 2, 3}
try:
    for x in s:
        s.add(x + 10)
except RuntimeError as error:
    print(error)
it = iter([1, 2])
c = [5, 6, 7]
i = iter(c)
next(i)
c.pop(0)
print(next(i), list(i), list(i))
c.append(9)
print(list(i))
r = reversed(c)
c.append(10)
print(list(r), c)
keys = d.keys()
d["new"] = 1
print(list(keys), len(keys), "new" in keys)
for x in [1, 2, 3]:
    x = x * 2
print(x)
nested = [[1], [2]]
for inner in nested:
    inner.append(0)
print(nested)
