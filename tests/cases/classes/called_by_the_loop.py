"""Properties and special methods, which the interpreter calls without a call being written."""


class W:

    @property
    def p(self):
        return self.v

    @property
    def q(self):
        raise AttributeError('inner')

    def __getitem__(self, k):
        if k > 3:
            raise IndexError(k)
        return k * 2

    def __iter__(self):
        yield from (1, 2)


class G(W):

    def __getattr__(self, n):
        return 'got ' + n


w = W()
w.v = 5
print(w.p, w[2], list(w), [x for x in w])
try:
    w.q
except AttributeError as e:
    print(e)
try:
    w[9]
except IndexError as e:
    print(repr(e))
g = G()
print(g.q, g.p, g.zz)
a, b = W()
print(a, b)

def deep(n):

    class R:

        @property
        def p(self):
            return deep(n - 1) if n else 0
    return R().p


print(deep(20))

class Rec:

    @property
    def p(self):
        return self.p

    def __getitem__(self, k):
        return self[k]


for f in (lambda: Rec().p, lambda: Rec()[0]):
    try:
        f()
    except RecursionError as e:
        print('rec')
print(len(range(10)), len(range(0)), len(range(-2 ** 63, 2 ** 63 - 1, 3)))
