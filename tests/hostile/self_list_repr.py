# done
a = []
a.append(a)
d = {}
d["d"] = d
a.append(d)
d["a"] = a
assert repr(a) == "[[...], {'d': {...}, 'a': [...]}]", repr(a)
