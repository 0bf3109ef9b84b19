def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

print(fact(30))

def hanoi(n, a, b, c):
    if n == 0:
        return 0
    return hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)

print(hanoi(8, "a", "b", "c"))

def is_even(n):
    return True if n == 0 else is_odd(n - 1)

def is_odd(n):
    return False if n == 0 else is_even(n - 1)

print(is_even(300), is_odd(301))

def flatten(items):
    out = []
    for item in items:
        if isinstance(item, (list, tuple)):
            out.extend(flatten(item))
        else:
            out.append(item)
    return out

print(flatten([1, [2, (3, [4])], [], [[5]]]))

def permutations(s):
    if len(s) <= 1:
        return [s]
    return [c + rest for i, c in enumerate(s) for rest in permutations(s[:i] + s[i + 1:])]

print(permutations("abc"))
