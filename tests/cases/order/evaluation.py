def t(x):
    print(x, end=" ")
    return x

d = {}
d[t("key")] = t("value")
print()
print(t(1) + t(2) * t(3))
r = [t("a"), t("b")][t(0)]
print(r)
print(t(3) < t(5) < t(4) < t(9))
print(t(0) and t(1), t(2) or t(3))
x = t("yes") if t(True) else t("no")
print()

def f(*args, **kwargs):
    return len(args), sorted(kwargs)

print(f(t(1), *[t(2), t(3)], k=t(4), **{"z": t(5)}))
print({t("k1"): t("v1"), t("k2"): t("v2")})
a = [0, 0, 0]
i = 0
i, a[i] = 1, 9
print(i, a)
a[t(1)], a[t(2)] = t(7), t(8)
print(a)
lst = [1, 2, 3]
lst[t(0)] += t(10)
print(lst)
