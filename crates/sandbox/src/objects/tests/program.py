from collections import defaultdict, Counter
d = defaultdict(int)
d["a"] += 1
d["a"] += 1
print(d, dict(d))
c=Counter("hello"); c['l']+=1
print(c.most_common())
class K:
    def __init__(self,x): self.x=x
    def __eq__(self,o): return isinstance(o,K) and self.x==o.x
    def __hash__(self): return hash(("k",self.x))
    def __repr__(self): return f"K({self.x})"
    def __lt__(self,o): return self.x<o.x
d={K(1):1}
d[K(1)]=5; d[K(2)]=6
print(d, d[K(2)], K(3) in d, d.get(K(1)), d.pop(K(1)), d)
s={K(1),K(2),K(1)}
print(len(s), K(1) in s, sorted(s), max(s), min(s))
print(sorted([K(3),K(1)], reverse=True), sorted([K(3),K(1)], key=lambda k:k.x))
class D(dict):
    def __setitem__(self,k,v): super().__setitem__(k.upper(), v)
    def __getitem__(self,k): return super().__getitem__(k.upper())
x=D(); x["a"]=1; print(x["A"], x, len(x), list(x), "A" in x)
class L(list):
    def total(self): return sum(self)
l=L([1,2,3]); l.append(4); print(l, l.total(), l[1:], l+[5], type(l+[1]).__name__, l==[1,2,3,4])
class I(int):
    def __add__(self,o): return I(int.__add__(self,o))
print(I(3)+4, I(3)*2, type(I(3)+4).__name__, I(3)==3, hash(I(3)), I(3)<4)
print([1,2,3]==[1,2,3], {1:2}=={1:2.0}, {frozenset([1]):1}, {1,2} in [{1,2}])
print(sum(x for x in range(5)), any(x>3 for x in range(5)), list(enumerate(x for x in "ab")), list(zip("ab",(x for x in range(3)))))
print(list(map(lambda a:a*2,[1,2])), list(filter(None,[0,1])), list(reversed([1,2])))
try: print(1/0)
except ZeroDivisionError as e: print(repr(e), e)
try: {}["x"]
except KeyError as e: print(repr(e), e, e.args)
try: int("x")
except ValueError as e: print(e)
print(f"{3.14159:.2f} {10:>5} {'a':^5}|", "%s %d %5.1f" % ("a", 3, 2.5))
print({1,2,3} | {4}, {1:2} | {3:4}, [1]*3)
a=[3,1,2]; a.sort(key=lambda v:-v); print(a)
print(max([1,2,3], key=lambda v:-v), min("abc", default=None))
print(list(range(10))[::-2], "abc"[::-1], (1,2)+(3,), 7//-2, -7%3, 2**100, round(2.5), round(2.675,2))
print({**{'a':1}, 'b':2}, [*range(3)], {*range(3)})
it=iter([1,2,3]); next(it); print(list(it))
print(OSError(2,"nope"), repr(OSError(2,"nope","f")), str(KeyError("a")), ExceptionGroup("g",[ValueError(1)]))
class P: pass
p=P(); print(p==p, p!=P(), hash(p)==hash(p), str(p).startswith("<__main__.P object at 0x"))
import math
print(divmod(-7,3), abs(-3.5), pow(2,10,7), bin(10), hex(255), math.pi)
for e in [OSError(13, "no", "f"), OSError("x"), TimeoutError(110, "late"), OSError(999, "odd")]:
    print(type(e).__name__, e, repr(e), e.args, e.errno)
try:
    raise OSError(2, "No such file", "data.txt")
except FileNotFoundError as e:
    print(e, e.filename, e.strerror)
g = ExceptionGroup("several", [ValueError("a"), KeyError("b")])
print(g, isinstance(g, BaseExceptionGroup), isinstance(g, Exception))
print([x for x in {10, 20, 30, 40, 50}], {5, 3, 1}, {100, 7, 33, 8})
for bad in ["[1] + 2", "{} < {}", "sum(['a'])", "[].pop()", "sorted([1, 'a'])", "{[]: 1}"]:
    try:
        {"[1] + 2": lambda: [1] + 2, "{} < {}": lambda: {} < {}, "sum(['a'])": lambda: sum(["a"]),
         "[].pop()": lambda: [].pop(), "sorted([1, 'a'])": lambda: sorted([1, "a"]), "{[]: 1}": lambda: {[]: 1}}[bad]()
    except Exception as e:
        print(bad, type(e).__name__, e)
d = {"a": 1, "b": 2}
try:
    for k in d:
        d[k + "x"] = 1
except RuntimeError as e:
    print(e)
x = [1, 2]
x.append(x)
print(x)
