ROMAN = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]

def to_roman(n):
    out = []
    for value, letters in ROMAN:
        count, n = divmod(n, value)
        out.append(letters * count)
    return "".join(out)

def from_roman(text):
    values = dict((b, a) for a, b in ROMAN if len(b) == 1)
    total = 0
    for a, b in zip(text, text[1:] + " "):
        v = values[a]
        total += -v if b != " " and values[b] > v else v
    return total

print([to_roman(n) for n in (1, 4, 9, 14, 40, 90, 400, 1994, 2024)])
print(all(from_roman(to_roman(n)) == n for n in range(1, 500)))

def sieve(n):
    flags = [True] * (n + 1)
    flags[:2] = [False, False]
    for i in range(2, int(n ** 0.5) + 1):
        if flags[i]:
            flags[i * i::i] = [False] * len(flags[i * i::i])
    return [i for i, f in enumerate(flags) if f]

print(sieve(60), len(sieve(5000)))

def factors(n):
    found, d = {}, 2
    while d * d <= n:
        while n % d == 0:
            found[d] = found.get(d, 0) + 1
            n //= d
        d += 1
    if n > 1:
        found[n] = found.get(n, 0) + 1
    return found

print(factors(360), factors(97), factors(2 ** 31 - 1), " x ".join(f"{p}^{k}" if k > 1 else str(p) for p, k in factors(5040).items()))

def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps

print(max(range(1, 300), key=collatz), [collatz(n) for n in (1, 7, 27)])
digits = "0123456789abcdef"
def base(n, b):
    return digits[n] if n < b else base(n // b, b) + digits[n % b]
print(base(255, 2), base(255, 16), base(1000, 7), int(base(1000, 7), 7))
for i in range(1, 16):
    print("FizzBuzz" if i % 15 == 0 else "Fizz" if i % 3 == 0 else "Buzz" if i % 5 == 0 else i, end=" ")
print()
