x = "outer"
print([x for x in range(3)], x)
print([y for x in [[1], [2]] for y in x], x)

def f():
    values = [1, 2, 3]
    factor = 10
    return [v * factor for v in values], {v: [factor + w for w in values if w != v] for v in values}

print(f())

def g():
    last = None
    doubled = [last := v * 2 for v in range(4)]
    return doubled, last

print(g())
funcs = [lambda: x for x in range(3)]
print([h() for h in funcs], x)

class C:
    sizes = [1, 2]
    squares = [s * s for s in sizes]

print(C.squares)
try:
    [missing for _ in range(1)]
except NameError as error:
    print(error)
print([i for i in range(5) if (lambda: i % 2)()])
nested = [[(i, j) for j in range(i)] for i in range(4)]
print(nested, len(nested[3]))
gen = (i * j for i in range(3) for j in range(3) if i != j)
print(list(gen))
try:
    print([1 // d for d in (1, 0)])
except ZeroDivisionError as error:
    print(error)
