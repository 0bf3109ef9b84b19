TEXT = """region,product,units,price
north,apple,10,0.5
south,pear,4,0.75
north,pear,6,0.8

west,apple,not-a-number,0.4
south,apple,12,0.45
north,apple,3,0.55
"""

def parse(text):
    lines = [line for line in text.splitlines() if line.strip()]
    header = lines[0].split(",")
    rows, problems = [], []
    for number, line in enumerate(lines[1:], start=2):
        record = dict(zip(header, line.split(",")))
        try:
            record["units"] = int(record["units"])
            record["price"] = float(record["price"])
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            continue
        rows.append(record)
    return rows, problems

rows, problems = parse(TEXT)
groups = {}
for row in rows:
    groups.setdefault(row["region"], []).append(row)
print(f"{'region':<10}{'units':>6}{'value':>10}")
for region in sorted(groups):
    units = sum(r["units"] for r in groups[region])
    value = sum(r["units"] * r["price"] for r in groups[region])
    print(f"{region:<10}{units:>6}{value:>10.2f}")
best = max(rows, key=lambda r: r["units"] * r["price"])
print("best:", best)
print("\n".join(problems))
