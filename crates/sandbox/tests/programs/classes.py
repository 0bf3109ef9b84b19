from dataclasses import dataclass, field
import json, math, re
class Desc:
    def __set_name__(self, owner, name): self.name = name; print("set_name", owner.__name__, name)
    def __get__(self, obj, typ=None):
        if obj is None: return self
        return obj.__dict__.get("_" + self.name, "none")
    def __set__(self, obj, v):
        setattr(obj, "_" + self.name, v * 2)
class C:
    d = Desc()
    def __init_subclass__(cls, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        print("sub", cls.__name__, tag)
    def __getattr__(self, name):
        if name.startswith("dyn_"): return name[4:]
        raise AttributeError(f"no {name}")
    @classmethod
    def make(cls): return cls()
    @staticmethod
    def st(x): return x + 1
    def __setattr__(self, k, v):
        object.__setattr__(self, k, v)
class D(C, tag="hey"): pass
d = D.make()
print(d.d); d.d = 5; print(d.d, d.dyn_foo, D.tag, D.st(3), d.st(4))
try: d.nope
except AttributeError as e: print(e)
try: C.nope
except AttributeError as e: print(e)
try: (5).nope
except AttributeError as e: print(e)
class P:
    def __init__(self): self._x = 1
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x = v
    @x.deleter
    def x(self): del self._x
p = P(); p.x = 10; print(p.x); del p.x
try: p.x
except AttributeError as e: print(e)
class RO:
    @property
    def y(self): return 1
try: RO().y = 3
except AttributeError as e: print(e)
print([k.__name__ for k in D.__mro__], D.__name__, D.__qualname__, D.__bases__ == (C,), type(d) is D, d.__class__ is D)
class X:
    def who(self): return "X"
class Y(X):
    def who(self): return "Y" + super().who()
class Z(X):
    def who(self): return "Z" + super().who()
class W(Y, Z):
    def who(self): return "W" + super().who()
print(W().who())
try:
    class Bad(X, Y): pass
except TypeError as e: print(str(e).replace("\n", " "))
class MyDict(dict):
    def __setitem__(self, k, v): super().__setitem__(k, v + 1)
    def __missing__(self, k): return "missing " + k
m = MyDict(a=1); m["b"] = 2; print(m, m["zz"], len(m), list(m), "b" in m, isinstance(m, dict))
class MyList(list):
    def total(self): return sum(self)
l = MyList([1, 2, 3]); l.append(4); print(l, l.total(), l[1:], l == [1, 2, 3, 4])
class MyInt(int):
    def __new__(cls, v): return super().__new__(cls, v * 2)
print(MyInt(4) + 1, MyInt(3), isinstance(MyInt(1), int))
class MyErr(Exception):
    def __init__(self, code, msg):
        super().__init__(msg); self.code = code
try: raise MyErr(3, "oops")
except MyErr as e: print(e.code, e, e.args, repr(e))
class Sing:
    _i = None
    def __new__(cls, *a):
        if cls._i is None: cls._i = super().__new__(cls)
        return cls._i
    def __init__(self, *a): self.a = a
print(Sing(1) is Sing(2), Sing(3).a)
class Sl:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
s = Sl()
try: s.c = 3
except AttributeError as e: print("slots", s.a)
@dataclass
class Pt:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)
print(Pt(1), Pt(1) == Pt(1), Pt(1, 3).tags)
@dataclass(frozen=True, order=True)
class Fz:
    a: int
print({Fz(1): 2}[Fz(1)], Fz(1) < Fz(2), sorted([Fz(3), Fz(1)]))
try: Fz(1).a = 3
except Exception as e: print(type(e).__name__, e)
match Pt(1, 5):
    case Pt(x, y=5): print("m", x)
match {"k": [1, 2], "z": 3}:
    case {"k": [a, *_], **rest}: print(a, rest)
print(hasattr(p, "zork"), getattr(p, "zork", 7), vars(Pt(1)), callable(p), callable(P))
class Ctr:
    n = 0
    def __iadd__(self, o): self.n += o; return self
    def __matmul__(self, o): return "mm"
    def __neg__(self): return "neg"
    def __getitem__(self, k): return k
    def __format__(self, spec): return f"<{spec}>"
    def __index__(self): return 2
    def __divmod__(self, o): return "dm"
    def __rsub__(self, o): return "rs"
c = Ctr(); c += 5; print(c.n, c @ 1, -c, c[1:2], c["a", 3], f"{c:>5}", [1,2,3][c], 4 - c)
print(type("Dyn", (X,), {"z": 4})().z)
class Meta1:
    def __class_getitem__(cls, k): return (cls.__name__, k)
print(Meta1[int] == ("Meta1", int), list[int], dict[str, int], int | None)
