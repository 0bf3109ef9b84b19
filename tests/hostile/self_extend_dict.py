# done
d = {1: 2}
d.update(d)
d |= d
s = {1}
s |= s
s ^= s
a = [1, 2]
a[:] = a
a[1:1] = a
a += a
assert a == [1, 1, 2, 2] * 2, a
