def grow(x, seen=[]):
    seen.append(x)
    return seen

print(grow(1), grow(2), grow(3, []))
print(grow.__defaults__)

def make(n, square=lambda v: v * v):
    return square(n)

print(make(4), make(4, abs))
order = []

def note(x):
    order.append(x)
    return x

def late(a=note("default a"), *, k=note("default k")):
    return a, k

note("body")
print(order)
print(late(), late(1, k=2))
