from collections import Counter, defaultdict
from datetime import datetime

ENTRIES = [
    "2024-03-01 | ann | design | 2.5",
    "2024-03-01 | bob | code | 6",
    "2024-03-02 | ann | code | 4.25",
    "2024-03-04 | cid | review | 1",
    "2024-03-04 | ann | design | 3",
    "broken line",
    "2024-03-05 | bob | code | x",
]

hours = defaultdict(float)
by_kind = defaultdict(lambda: defaultdict(float))
skipped = Counter()
days = set()
for entry in ENTRIES:
    try:
        when, who, kind, spent = (part.strip() for part in entry.split("|"))
        day = datetime.strptime(when, "%Y-%m-%d").date()
        spent = float(spent)
    except ValueError as error:
        skipped[str(error).split(":")[0]] += 1
        continue
    hours[who] += spent
    by_kind[kind][who] += spent
    days.add(day)
print("=" * 30)
print("TIME REPORT".center(30))
print(f"{min(days):%d %b} - {max(days):%d %b %Y}".center(30).rstrip())
print("=" * 30)
for who, total in sorted(hours.items(), key=lambda item: -item[1]):
    bar = "#" * int(total)
    print(f"{who.title():<6}{total:>6.2f} {bar}")
print("-" * 30)
for kind, people in sorted(by_kind.items()):
    print(f"{kind:<8}", ", ".join(f"{p} {h:g}h" for p, h in sorted(people.items())))
print("skipped:", dict(skipped))
