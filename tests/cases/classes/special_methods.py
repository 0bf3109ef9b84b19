class T:
    def __str__(self):
        return "str"
    def __repr__(self):
        return "repr"
    def __format__(self, spec):
        return f"format({spec})"
    def __int__(self):
        return 42
    def __float__(self):
        return 4.5
    def __index__(self):
        return 2
    def __len__(self):
        return 7
    def __hash__(self):
        return 99
    def __call__(self, *a, **k):
        return a, k
    def __round__(self, n=None):
        return ("round", n)
    def __divmod__(self, o):
        return ("divmod", o)
    def __pow__(self, o, m=None):
        return ("pow", o, m)

t = T()
print(t, [t], str(t), repr(t), f"{t}", f"{t:>5}", f"{t!r}", f"{t!s}", "{:abc}".format(t), "%s %r" % (t, t))
print(int(t), float(t), [10, 20, 30][t], len(t), hash(t), t(1, k=2), bool(t))
print(round(t), round(t, 2), divmod(t, 3), pow(t, 2), pow(t, 2, 5), "ab" * t, hex(t), list(range(t)))

class OnlyRepr:
    def __repr__(self):
        return "only"

print(OnlyRepr(), str(OnlyRepr()), f"{OnlyRepr()}", {1: OnlyRepr()}, (OnlyRepr(),))
try:
    format(OnlyRepr(), "x")
except TypeError as error:
    print(error)

class Wrong:
    def __str__(self):
        return 5
    def __len__(self):
        return -1
    def __bool__(self):
        return "no"
    def __hash__(self):
        return "x"

for call in (str, len, bool, hash):
    try:
        call(Wrong())
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
