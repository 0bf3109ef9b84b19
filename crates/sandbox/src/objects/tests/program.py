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
class V:
    def __init__(s,x): s.x=x
    def __eq__(s,o): return isinstance(o,V) and s.x==o.x
    def __hash__(s): return s.x
    def __repr__(s): return f"V({s.x})"
    def __index__(s): return s.x
    def __bool__(s): return s.x>0
    def __add__(s,o): return V(s.x+(o.x if isinstance(o,V) else o))
    __radd__=__add__
    def __lt__(s,o): return s.x<o.x
print([1,2,3][V(1)], "ab"*V(2), [0]*V(2), range(V(3)), bin(V(5)), [1,2,3][V(0):V(2)])
print([V(1),V(2)].index(V(2)), [V(1)].count(V(1)), V(1) in [V(1)], (V(1),)==(V(1),), {V(1)}=={V(1)}, {V(1):2}=={V(1):2})
print(any([V(0),V(1)]), all([V(0),V(1)]), sum([V(1),V(2)]), sum([V(1),V(2)],V(0)), max([V(1),V(3)]), sorted([V(3),V(1)]))
it=iter([V(0),V(1),V(2)]); print(any(it), list(it))
print({V(1)}|{V(2)}, {V(1)}&{V(1)}, {V(1),V(2)}-{V(1)}, {V(1)}^{V(2)}, {V(1)}<={V(1),V(2)})
s={V(1)}; s.add(V(1)); s.update([V(2)]); s.discard(V(1)); print(s, len(s))
d={V(1):1}; d.update({V(1):2}); d|={V(2):3}; print(d, {**d}, d.keys(), list(d.items()), dict.fromkeys([V(1),V(1)]))
print(frozenset([V(1)]), hash((V(1),2))==hash((V(1),2)), set(iter([V(1),V(1)])))
print([1,V(2)]<[1,V(3)], (V(1),1)<(V(1),2), [[V(1)]]==[[V(1)]])
l=[V(3),V(1)]; l.sort(); print(l); l.remove(V(1)); print(l)
from dataclasses import dataclass
@dataclass(frozen=True, order=True)
class P:
    x:int
    y:int=0
print({P(1):1}[P(1)], sorted([P(2),P(1,5),P(1)]), P(1) in {P(1)}, max(P(1),P(2)), len({P(1),P(1),P(2)}))
try: {}[V(9)]
except KeyError as e: print(repr(e))
x={V(1):[V(2)]}; print(str(x), f"{x}", "%s"%x, repr([x]))
print(dict(zip("ab",[V(1),V(2)])), dict([(V(1),2)]), list(map(V,[1,2])), [*map(str,[V(1)])])
print(", ".join(str(v) for v in [V(1)]), min([V(2),V(1)],key=lambda v:v.x))
print(list(zip([1,2],map(V,[3,4]),strict=True)), list(enumerate(map(V,[3]))))
class S(set): pass
print(S([1,2]), S([1])|{2}, type(S([1])|{2}).__name__, S([1])=={1})
class T(tuple):
    def __new__(cls,a,b): return super().__new__(cls,(a,b))
print(T(1,2), T(1,2)[0], T(1,2)==(1,2), hash(T(1,2))==hash((1,2)), len(T(1,2)))
class F(float): pass
print(F(2.5)+1, F(2.5), round(F(2.5)), int(F(2.5)), F(1)==1)
class St(str):
    def up(self): return self.upper()
print(St("a")+"b", St("a").up(), {St("a"):1}["a"], St("a")=="a", St("abc")[1])
print(int("5"), float("1e3"), str(5), bytes([1,2]), list("ab"), tuple("ab"), set(), bool([]))
class E(Exception):
    def __init__(s,a,b): super().__init__(a); s.b=b
e=E(1,2); print(repr(e), e, e.args, e.b)
class E2(Exception): pass
print(repr(E2("a",1)), E2("a",1), E2())
e.add_note("n"); print(e.__notes__)
print({3, -61, 2, 16}, [x for x in {3, -61, 2, 16}], list({3, -61, 2, 16}), sorted({3, -61, 2, 16}))
for x in {3, -61, 2, 16}: print(x, end=' ')
s = {3, -61, 2, 16}; s.add(1000); print(s)
print({5, 0, 6, -26, 6.0}, [x for x in {5, 0, 6, -26, 6.0}], list({5, 0, 6, -26, 6.0}), sorted({5, 0, 6, -26, 6.0}))
for x in {5, 0, 6, -26, 6.0}: print(x, end=' ')
s = {5, 0, 6, -26, 6.0}; s.add(1000); print(s)
print({7, -78, 4.5, 6.5}, [x for x in {7, -78, 4.5, 6.5}], list({7, -78, 4.5, 6.5}), sorted({7, -78, 4.5, 6.5}))
for x in {7, -78, 4.5, 6.5}: print(x, end=' ')
s = {7, -78, 4.5, 6.5}; s.add(1000); print(s)
print({10, -22, 14, 17, 2.0}, [x for x in {10, -22, 14, 17, 2.0}], list({10, -22, 14, 17, 2.0}), sorted({10, -22, 14, 17, 2.0}))
for x in {10, -22, 14, 17, 2.0}: print(x, end=' ')
s = {10, -22, 14, 17, 2.0}; s.add(1000); print(s)
print({3.0, 61, 13, 17}, [x for x in {3.0, 61, 13, 17}], list({3.0, 61, 13, 17}), sorted({3.0, 61, 13, 17}))
for x in {3.0, 61, 13, 17}: print(x, end=' ')
s = {3.0, 61, 13, 17}; s.add(1000); print(s)
print({4.0, 7}, [x for x in {4.0, 7}], list({4.0, 7}), sorted({4.0, 7}))
for x in {4.0, 7}: print(x, end=' ')
s = {4.0, 7}; s.add(1000); print(s)
print({-26, 4.5, 10}, [x for x in {-26, 4.5, 10}], list({-26, 4.5, 10}), sorted({-26, 4.5, 10}))
for x in {-26, 4.5, 10}: print(x, end=' ')
s = {-26, 4.5, 10}; s.add(1000); print(s)
print({4, 4.5, -51, -36, 18}, [x for x in {4, 4.5, -51, -36, 18}], list({4, 4.5, -51, -36, 18}), sorted({4, 4.5, -51, -36, 18}))
for x in {4, 4.5, -51, -36, 18}: print(x, end=' ')
s = {4, 4.5, -51, -36, 18}; s.add(1000); print(s)
print({5}, [x for x in {5}], list({5}), sorted({5}))
for x in {5}: print(x, end=' ')
s = {5}; s.add(1000); print(s)
print({46, 8, 2.5, 73, 39}, [x for x in {46, 8, 2.5, 73, 39}], list({46, 8, 2.5, 73, 39}), sorted({46, 8, 2.5, 73, 39}))
for x in {46, 8, 2.5, 73, 39}: print(x, end=' ')
s = {46, 8, 2.5, 73, 39}; s.add(1000); print(s)
print({3, 98, 6, 5, 3.5, 9}, [x for x in {3, 98, 6, 5, 3.5, 9}], list({3, 98, 6, 5, 3.5, 9}), sorted({3, 98, 6, 5, 3.5, 9}))
for x in {3, 98, 6, 5, 3.5, 9}: print(x, end=' ')
s = {3, 98, 6, 5, 3.5, 9}; s.add(1000); print(s)
print({-91}, [x for x in {-91}], list({-91}), sorted({-91}))
for x in {-91}: print(x, end=' ')
s = {-91}; s.add(1000); print(s)
print({7, 10, 3, 20, -1, 5, 15, 3.0, 8}, [x for x in {7, 10, 3, 20, -1, 5, 15, 3.0, 8}], list({7, 10, 3, 20, -1, 5, 15, 3.0, 8}), sorted({7, 10, 3, 20, -1, 5, 15, 3.0, 8}))
for x in {7, 10, 3, 20, -1, 5, 15, 3.0, 8}: print(x, end=' ')
s = {7, 10, 3, 20, -1, 5, 15, 3.0, 8}; s.add(1000); print(s)
print({10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}, [x for x in {10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}], list({10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}), sorted({10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}))
for x in {10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}: print(x, end=' ')
s = {10.0, 6.0, -68, 7.0, 20, -100, 8, 3.5}; s.add(1000); print(s)
print({5}, [x for x in {5}], list({5}), sorted({5}))
for x in {5}: print(x, end=' ')
s = {5}; s.add(1000); print(s)
print({10, 20, 30, 40, 50})
s = {3, 1, 17, 33, 65, 2}
print(s, s | {99}, [x for x in s])
def f(): return {"n": {8, 16, 24, 32, 40, 48}}
print(f())
a = {1, 2}; a |= {5, 99, 33, 17}; print(a)
print(1 in {10, 20, 30})
print({x % 7 for x in range(50, 0, -3)})
