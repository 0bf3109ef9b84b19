rows = [("Name", "Qty", "Price"), ("Widget", 10, 2.5), ("Gadget long", 3, 119.99), ("Ünï", 0, 0)]
widths = [max(len(str(row[i])) for row in rows) for i in range(3)]
for n, row in enumerate(rows):
    print(" | ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(row, widths))))
    if n == 0:
        print("-+-".join("-" * w for w in widths))
text = "the quick brown fox jumps over the lazy dog and the fox"
words = text.split()
counts = {}
for w in words:
    counts[w] = counts.get(w, 0) + 1
for w, c in sorted(counts.items(), key=lambda p: (-p[1], p[0]))[:4]:
    print(f"{w:<6}{c:>3} {'#' * c}")
line = ""
for w in words:
    if len(line) + len(w) + 1 > 20:
        print(line)
        line = w
    else:
        line = f"{line} {w}".strip()
print(line)
print("".join(c.upper() if i % 2 else c for i, c in enumerate("alternate")))
print(" ".join(w[::-1] for w in words[:3]), "level" == "level"[::-1], "".join(sorted("banana")))
vowels = sum(c in "aeiou" for c in text)
print(vowels, text.title().replace(" ", ""), "_".join(words[:3]), "".join(w[0] for w in words))
caesar = "".join(chr((ord(c) - 97 + 3) % 26 + 97) if c.isalpha() else c for c in text[:9])
print(caesar)
