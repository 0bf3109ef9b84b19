from dataclasses import dataclass
@dataclass
class Point:
    x: int
    y: int = 0
class Pair:
    __match_args__ = ('left', 'right')
    def __init__(self, l, r): self.left, self.right = l, r
def m(v):
    match v:
        case None: return 'none'
        case True | False: return 'bool'
        case 0 | 1 as n: return f'small {n}'
        case -1: return 'minus one'
        case 3.5: return 'float'
        case int(n) if n > 100: return f'big {n}'
        case int(): return 'int'
        case 'a' 'b': return 'ab'
        case str() as s if len(s) > 3: return f'long {s}'
        case str(s): return f'str {s}'
        case b'x': return 'bytes'
        case []: return 'empty'
        case [x]: return f'one {x}'
        case [1, *rest]: return f'one+ {rest}'
        case [x, (y, z)]: return f'nested {x} {y} {z}'
        case [x, *_, z] if x == z: return f'ends {x}'
        case (a, b): return f'pair {a} {b}'
        case [*all_]: return f'seq {all_}'
        case {'type': 'p', 'x': x, **rest}: return f'p {x} {rest}'
        case {'k': [a, {'d': d}]}: return f'deep {a} {d}'
        case {}: return 'dict'
        case Point(x=0, y=0): return 'origin'
        case Point(x, y=0): return f'on x {x}'
        case Point(x, y): return f'point {x} {y}'
        case Pair(Point() as p, right=[*q]): return f'pair {p} {q}'
        case Pair(left, right): return f'P {left} {right}'
        case object(): return 'object'
for v in [None, True, 0, 1, -1, 3.5, 101, 50, 'ab', 'long one', 'xyz', b'x', [], [7], [1, 2, 3], [2, (3, 4)], [5, 6, 7, 5], (1,), (8, 9), range(4), {'type': 'p', 'x': 1, 'q': 2}, {'k': [1, {'d': 2}]}, {'z': 1}, Point(0), Point(3), Point(1, 2), Pair(Point(1), [1, 2]), Pair(1, 2), {1}, 1.0, iter([])]:
    print(m(v))
class Color:
    RED = 'r'
def mc(v):
    match v:
        case Color.RED: return 'red'
        case [Color.RED, x] | [x, Color.RED]: return x
        case {'a': Color.RED, 'b': None}: return 'ab'
        case _: return 'other'
print(mc('r'), mc(['r', 1]), mc([2, 'r']), mc({'a': 'r', 'b': None, 'c': 1}), mc('x'))
def bind(v):
    match v:
        case [a, b] if a > b: pass
        case [b, a]: pass
        case _: return 'no'
    return a, b
print(bind([2, 1]), bind([1, 2]), bind(1))
match 1, 2:
    case x, y: print(x, y)
match x := 5:
    case 5: print('walrus', x)
try:
    match 1:
        case int(a, b): pass
except TypeError as e: print(e)
try:
    match Point(1, 2):
        case Point(a, b, c): pass
except TypeError as e: print(e)
try:
    match 1:
        case Color.NOPE: pass
except AttributeError as e: print(e)
match [1, [2, [3]]]:
    case [a, [b, [c]]]: print(a, b, c)
for cmd in ['go north', 'drop a b', 'quit', 'x y z w']:
    match cmd.split():
        case ['go', ('north' | 'south') as d]: print('go', d)
        case ['drop', *things]: print('drop', things)
        case ['quit']: print('quit'); 
        case [_, *_, last]: print('last', last)
match {'x': {'y': 1}}:
    case {'x': {'y': int(n)}}: print(n)
match = 3; case = 4; type = 5; print(match, case, type)
def f(x):
    match x:
        case {'a': 1}: return 1
        case {'a': v}: return ('v', v)
print(f({'a': 1}), f({'a': 2}), f({}), f([]))
print([x for x in range(3)], x)
