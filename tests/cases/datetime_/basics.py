from datetime import datetime, date, time, timedelta, timezone
d = date(2024, 2, 28)
print(d, repr(d), d.year, d.weekday(), d.isoweekday(), d.isoformat(), d + timedelta(days=2), d - date(2023, 2, 28), d.replace(day=1), d.strftime("%d/%m/%Y %A %j"), d.toordinal(), date.fromisoformat("2024-12-31"), d.isocalendar()[1], d.timetuple().tm_yday)
dt = datetime(2024, 3, 15, 14, 30, 5, 123456)
print(dt, repr(dt), dt.date(), dt.time(), dt.isoformat(), dt.strftime("%Y-%m-%d %H:%M:%S.%f %p %I %b %B %a %y %%"), dt.replace(hour=0, microsecond=0), dt + timedelta(hours=10, minutes=45), dt.isoformat(sep=" ", timespec="minutes"))
td = timedelta(days=1, hours=25, minutes=-5, milliseconds=1500)
print(td, repr(td), td.days, td.seconds, td.microseconds, td.total_seconds(), -td, td * 2, td / 2, td // timedelta(hours=1), abs(-td), timedelta(weeks=1), timedelta(seconds=-1), td > timedelta(1), timedelta() == timedelta(0), bool(timedelta()), sum([timedelta(1), timedelta(2)], timedelta()))
print(datetime.strptime("2024-01-02 03:04", "%Y-%m-%d %H:%M"), datetime.strptime("15 Mar 2023", "%d %b %Y"), datetime.strptime("12/31/99 11:59 PM", "%m/%d/%y %I:%M %p"), datetime.fromisoformat("2024-05-06T07:08:09+02:00"), datetime.fromisoformat("2024-05-06"))
utc = datetime(2024, 1, 1, tzinfo=timezone.utc)
cet = timezone(timedelta(hours=1), "CET")
print(utc, utc.astimezone(cet), utc == utc.astimezone(cet), cet, utc.tzname(), utc.utcoffset(), utc.timestamp(), datetime.fromtimestamp(0, timezone.utc), repr(utc), timezone(timedelta(hours=-5, minutes=-30)))
print(date(2024, 1, 1) < date(2024, 1, 2), max(date(2020, 1, 1), d), sorted([d, date(2000, 1, 1)])[0], {d: 1}[date(2024, 2, 28)], datetime.combine(d, time(9, 30)), time(9, 5), repr(time(9, 5, 1)), time(23, 59).isoformat(), dt - datetime(2024, 1, 1), f"{d:%d.%m.%y} {dt:%H:%M}", d.ctime())
for call in (lambda: date(2023, 2, 29), lambda: date(2023, 13, 1), lambda: datetime(2023, 1, 1, 25), lambda: datetime.strptime("x", "%Y"), lambda: date.fromisoformat("2023/01/01"), lambda: datetime(2024, 1, 1) - utc, lambda: date(2024, 1, 1) + timedelta(days=10 ** 9), lambda: datetime.strptime("2024-01-02 extra", "%Y-%m-%d"), lambda: utc < datetime(2024, 1, 1)):
    try:
        print(call())
    except (ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__, error)
print(d == dt, date.min, date.max, datetime.max, timedelta.max.days, isinstance(dt, date), timedelta(hours=36) % timedelta(days=1), divmod(timedelta(hours=36), timedelta(days=1)))
