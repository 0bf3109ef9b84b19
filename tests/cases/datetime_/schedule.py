from datetime import date, datetime, timedelta

def business_days(start, count):
    day = start
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)

for day in business_days(date(2024, 2, 28), 5):
    print(day.strftime("%a %d %b"), (day - date(2024, 1, 1)).days)

def age(born, today):
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))

print(age(date(2000, 2, 29), date(2024, 2, 28)), age(date(2000, 2, 29), date(2024, 3, 1)))
events = [("standup", "2024-03-15 09:30", 15), ("review", "2024-03-15 09:40", 60), ("lunch", "2024-03-15 12:00", 45)]
parsed = []
for name, when, minutes in events:
    start = datetime.strptime(when, "%Y-%m-%d %H:%M")
    parsed.append((start, start + timedelta(minutes=minutes), name))
for (s1, e1, n1), (s2, e2, n2) in zip(parsed, parsed[1:]):
    print(n1, n2, "overlap" if e1 > s2 else f"gap {s2 - e1}")
month = {}
day = date(2024, 1, 31)
for i in range(4):
    month[day.strftime("%Y-%m")] = day.day
    day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
print(month)
hours = sum((e - s for s, e, _ in parsed), timedelta())
print(hours, hours.total_seconds() / 3600)
leap = [y for y in range(1896, 1912) if y % 4 == 0 and (y % 100 != 0 or y % 400 == 0)]
print(leap, (date(2024, 3, 1) - date(2024, 2, 1)).days)
