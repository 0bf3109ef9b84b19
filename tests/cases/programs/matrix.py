def multiply(a, b):
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]

def transpose(m):
    return [list(r) for r in zip(*m)]

def determinant(m):
    if len(m) == 1:
        return m[0][0]
    return sum((-1) ** j * m[0][j] * determinant([r[:j] + r[j + 1:] for r in m[1:]]) for j in range(len(m)))

a = [[1, 2, 3], [0, 1, 4], [5, 6, 0]]
identity = [[int(i == j) for j in range(3)] for i in range(3)]
print(multiply(a, identity) == a, transpose(a), determinant(a), multiply(a, transpose(a)))

def power(m, n):
    result = identity
    while n:
        if n & 1:
            result = multiply(result, m)
        m = multiply(m, m)
        n >>= 1
    return result

print(power(a, 20)[0])
for row in a:
    print(" ".join(f"{x:>3}" for x in row))
spiral = []
m = [list(range(i * 4, i * 4 + 4)) for i in range(3)]
while m:
    spiral += m.pop(0)
    m = [list(r) for r in zip(*m)][::-1]
print(spiral)
def solve(n, cols=()):
    if len(cols) == n:
        return 1
    row = len(cols)
    return sum(solve(n, cols + (c,)) for c in range(n) if all(c != k and abs(c - k) != row - r for r, k in enumerate(cols)))
print([solve(n) for n in range(1, 7)])
life = {(1, 0), (1, 1), (1, 2)}
for _ in range(3):
    around = {}
    for x, y in life:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    around[x + dx, y + dy] = around.get((x + dx, y + dy), 0) + 1
    life = {c for c, n in around.items() if n == 3 or (n == 2 and c in life)}
    print(sorted(life))
