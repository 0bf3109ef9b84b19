lines = """10:01 INFO start
10:02 ERROR disk full
10:03 INFO retry

10:04 ERROR disk full
10:05 WARN slow""".split("\n")

def read(source):
    for number, line in enumerate(source, 1):
        line = line.strip()
        if line:
            yield number, line

def parse(rows):
    for number, row in rows:
        time, level, message = row.split(maxsplit=2)
        yield {"n": number, "time": time, "level": level, "message": message}

def only(level, records):
    return (r for r in records if r["level"] == level)

for record in only("ERROR", parse(read(lines))):
    print(record)
print(sum(1 for _ in read(lines)), max(len(m["message"]) for m in parse(read(lines))))

def windows(values, n):
    window = []
    for v in values:
        window.append(v)
        if len(window) == n:
            yield tuple(window)
            window.pop(0)

print(list(windows(range(6), 3)))

def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in found if p * p <= n):
            found.append(n)
            yield n
        n += 1

p = primes()
print([next(p) for _ in range(15)])
