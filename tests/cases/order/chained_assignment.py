a = b = c = []
a.append(1)
print(a, b, c, a is b is c)
x, y = y, x = 1, 2
print(x, y)
i = 0
values = [10, 20, 30]
i = values[i] = 2
print(i, values)
n = 5
n += n
n -= 1
n *= 2
n //= 4
n **= 3
n %= 50
n <<= 2
n |= 1
n ^= 3
n &= 0xFF
n >>= 1
print(n)
s = "a"
s += "b" * 2
print(s)
t = (1, 2)
u = t
t += (3,)
print(t, u)
l = [1]
m = l
l += (2, 3)
print(l, m, l is m)
try:
    frozen = ([],)
    frozen[0] += [1]
except TypeError as error:
    print(error, frozen)
