# The second half of datetime.py: times of day, points in time, their texts. Both halves are one module.


class time:
    """A time of day."""

    __module__ = "datetime"

    def __init__(self, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        checked = _check_time(hour, minute, second, microsecond, fold)
        self._hour, self._minute, self._second, self._microsecond = checked
        _check_zone(tzinfo)
        self._tzinfo = tzinfo
        self._fold = fold

    @classmethod
    def fromisoformat(cls, time_string):
        if not isinstance(time_string, str):
            raise TypeError("fromisoformat: argument must be str")
        parts = _parse_time(time_string.removeprefix("T"))
        if parts is None:
            raise ValueError(f"Invalid isoformat string: {time_string!r}")
        return cls(*parts)

    @property
    def hour(self):
        return self._hour

    @property
    def minute(self):
        return self._minute

    @property
    def second(self):
        return self._second

    @property
    def microsecond(self):
        return self._microsecond

    @property
    def tzinfo(self):
        return self._tzinfo

    @property
    def fold(self):
        return self._fold

    def utcoffset(self):
        return None if self._tzinfo is None else self._tzinfo.utcoffset(None)

    def dst(self):
        return None if self._tzinfo is None else self._tzinfo.dst(None)

    def tzname(self):
        return None if self._tzinfo is None else self._tzinfo.tzname(None)

    def isoformat(self, timespec="auto"):
        text = _time_text(self, timespec)
        offset = self.utcoffset()
        return text if offset is None else text + _offset_text(offset)

    def __str__(self):
        return self.isoformat()

    def __repr__(self):
        text = f"datetime.{type(self).__qualname__}({self._hour}, {self._minute}"
        return text + _time_repr_rest(self)

    def strftime(self, format):
        return _strftime(self, format)

    def __format__(self, spec):
        return self.strftime(spec) if spec else str(self)

    def replace(
        self,
        hour=None,
        minute=None,
        second=None,
        microsecond=None,
        tzinfo=True,
        *,
        fold=None,
    ):
        return type(self)(
            self._hour if hour is None else hour,
            self._minute if minute is None else minute,
            self._second if second is None else second,
            self._microsecond if microsecond is None else microsecond,
            self._tzinfo if tzinfo is True else tzinfo,
            fold=self._fold if fold is None else fold,
        )

    def _key(self):
        us = ((self._hour * 60 + self._minute) * 60 + self._second) * 1000000 + self._microsecond
        offset = self.utcoffset()
        return us if offset is None else us - offset._us

    def _compare(self, symbol, other):
        if not isinstance(other, time):
            return None
        if (self.utcoffset() is None) != (other.utcoffset() is None):
            if symbol == "==":
                return 2
            raise TypeError("can't compare offset-naive and offset-aware times")
        a = self._key()
        b = other._key()
        return (a > b) - (a < b)

    def __eq__(self, other):
        order = self._compare("==", other)
        return NotImplemented if order is None else order == 0

    def __lt__(self, other):
        order = self._compare("<", other)
        return NotImplemented if order is None else order < 0

    def __le__(self, other):
        order = self._compare("<=", other)
        return NotImplemented if order is None else order <= 0

    def __gt__(self, other):
        order = self._compare(">", other)
        return NotImplemented if order is None else order > 0

    def __ge__(self, other):
        order = self._compare(">=", other)
        return NotImplemented if order is None else order >= 0

    def __hash__(self):
        return hash((self.utcoffset() is None, self._key()))


def _time_repr_rest(t):
    text = ""
    if t._microsecond:
        text = f", {t._second}, {t._microsecond}"
    elif t._second:
        text = f", {t._second}"
    if t._tzinfo is not None:
        text += f", tzinfo={t._tzinfo!r}"
    if t._fold:
        text += ", fold=1"
    return text + ")"


def _time_text(t, timespec):
    if timespec == "auto":
        timespec = "microseconds" if t._microsecond else "seconds"
    if timespec == "hours":
        return f"{t._hour:02d}"
    text = f"{t._hour:02d}:{t._minute:02d}"
    if timespec == "minutes":
        return text
    text += f":{t._second:02d}"
    if timespec == "seconds":
        return text
    if timespec == "milliseconds":
        return f"{text}.{t._microsecond // 1000:03d}"
    if timespec == "microseconds":
        return f"{text}.{t._microsecond:06d}"
    raise ValueError("Unknown timespec value")


time.min = time(0, 0)
time.max = time(23, 59, 59, 999999)
time.resolution = timedelta(microseconds=1)


class datetime(date):
    """A point in time."""

    __module__ = "datetime"

    def __init__(
        self,
        year,
        month,
        day,
        hour=0,
        minute=0,
        second=0,
        microsecond=0,
        tzinfo=None,
        *,
        fold=0,
    ):
        self._year, self._month, self._day = _check_date(year, month, day)
        checked = _check_time(hour, minute, second, microsecond, fold)
        self._hour, self._minute, self._second, self._microsecond = checked
        _check_zone(tzinfo)
        self._tzinfo = tzinfo
        self._fold = fold

    @classmethod
    def _from_us(cls, us, tz=None):
        """Of microseconds since the start of year 1."""
        days, rest = divmod(us, 86400000000)
        if not 0 <= days <= 3652058:
            raise OverflowError("date value out of range")
        year, month, day = _from_ordinal(days + 1)
        seconds, microsecond = divmod(rest, 1000000)
        hour, seconds = divmod(seconds, 3600)
        minute, second = divmod(seconds, 60)
        return cls(year, month, day, hour, minute, second, microsecond, tz)

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_kont_now(), tz)

    @classmethod
    def today(cls):
        return cls.now()

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(_kont_now())

    @classmethod
    def fromtimestamp(cls, timestamp, tz=None):
        _check_zone(tz)
        if isinstance(timestamp, int):
            us = timestamp * 1000000
        else:
            whole = int(timestamp // 1)
            us = whole * 1000000 + round((timestamp - whole) * 1000000)
        utc = us + (_EPOCH_DAYS - 1) * 86400000000
        if not 0 <= utc < 3652059 * 86400000000:
            raise ValueError("year is out of range")
        result = cls._from_us(utc, tz)
        return result if tz is None else tz.fromutc(result)

    @classmethod
    def utcfromtimestamp(cls, timestamp):
        return cls.fromtimestamp(timestamp)

    @classmethod
    def fromordinal(cls, n):
        if n < 1:
            raise ValueError("ordinal must be >= 1")
        return cls(*_from_ordinal(n))

    @classmethod
    def combine(cls, date, time, tzinfo=True):
        return cls(
            date.year,
            date.month,
            date.day,
            time.hour,
            time.minute,
            time.second,
            time.microsecond,
            time.tzinfo if tzinfo is True else tzinfo,
            fold=time.fold,
        )

    @classmethod
    def fromisoformat(cls, date_string):
        if not isinstance(date_string, str):
            raise TypeError("fromisoformat: argument must be str")
        n = _date_length(date_string)
        day = _parse_date(date_string[:n])
        clock = [0, 0, 0, 0, None]
        if len(date_string) > n:
            clock = _parse_time(date_string[n + 1 :])
        if day is None or clock is None:
            raise ValueError(f"Invalid isoformat string: {date_string!r}")
        return cls(*day, *clock)

    @classmethod
    def strptime(cls, date_string, format):
        return _strptime(cls, date_string, format)

    @property
    def hour(self):
        return self._hour

    @property
    def minute(self):
        return self._minute

    @property
    def second(self):
        return self._second

    @property
    def microsecond(self):
        return self._microsecond

    @property
    def tzinfo(self):
        return self._tzinfo

    @property
    def fold(self):
        return self._fold

    def date(self):
        return date(self._year, self._month, self._day)

    def time(self):
        return time(
            self._hour, self._minute, self._second, self._microsecond, fold=self._fold
        )

    def timetz(self):
        return self.time().replace(tzinfo=self._tzinfo)

    def utcoffset(self):
        return None if self._tzinfo is None else self._tzinfo.utcoffset(self)

    def dst(self):
        return None if self._tzinfo is None else self._tzinfo.dst(self)

    def tzname(self):
        return None if self._tzinfo is None else self._tzinfo.tzname(self)

    def _us(self):
        """Microseconds since the start of year 1, on its own clock."""
        seconds = (self._hour * 60 + self._minute) * 60 + self._second
        return ((self.toordinal() - 1) * 86400 + seconds) * 1000000 + self._microsecond

    def _utc_us(self):
        offset = self.utcoffset()
        return self._us() if offset is None else self._us() - offset._us

    def timestamp(self):
        # The sandbox's local time is UTC.
        return (self._utc_us() - (_EPOCH_DAYS - 1) * 86400000000) / 1000000

    def timetuple(self):
        dst = self.dst()
        flag = -1 if dst is None else int(bool(dst))
        return struct_time(_tuple_of(self, self._hour, self._minute, self._second, flag))

    def utctimetuple(self):
        d = datetime._from_us(self._utc_us())
        return struct_time(_tuple_of(d, d._hour, d._minute, d._second, 0))

    def astimezone(self, tz=None):
        tz = timezone.utc if tz is None else tz
        if tz is self._tzinfo:
            return self
        _check_zone(tz)
        return tz.fromutc(type(self)._from_us(self._utc_us(), tz))

    def isoformat(self, sep="T", timespec="auto"):
        text = f"{self._year:04d}-{self._month:02d}-{self._day:02d}{sep}"
        text += _time_text(self, timespec)
        offset = self.utcoffset()
        return text if offset is None else text + _offset_text(offset)

    def __str__(self):
        return self.isoformat(sep=" ")

    def __repr__(self):
        return (
            f"datetime.{type(self).__qualname__}({self._year}, {self._month}, {self._day}, "
            f"{self._hour}, {self._minute}" + _time_repr_rest(self)
        )

    def ctime(self):
        return (
            f"{_DAY_NAMES[self.weekday()][:3]} {_MONTH_NAMES[self._month][:3]} {self._day:2d} "
            f"{self._hour:02d}:{self._minute:02d}:{self._second:02d} {self._year:04d}"
        )

    def replace(
        self,
        year=None,
        month=None,
        day=None,
        hour=None,
        minute=None,
        second=None,
        microsecond=None,
        tzinfo=True,
        *,
        fold=None,
    ):
        return type(self)(
            self._year if year is None else year,
            self._month if month is None else month,
            self._day if day is None else day,
            self._hour if hour is None else hour,
            self._minute if minute is None else minute,
            self._second if second is None else second,
            self._microsecond if microsecond is None else microsecond,
            self._tzinfo if tzinfo is True else tzinfo,
            fold=self._fold if fold is None else fold,
        )

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        return type(self)._from_us(self._us() + other._us, self._tzinfo)

    __radd__ = __add__

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return type(self)._from_us(self._us() - other._us, self._tzinfo)
        if not isinstance(other, datetime):
            return NotImplemented
        if self._tzinfo is other._tzinfo:
            return _delta(self._us() - other._us())
        if (self.utcoffset() is None) != (other.utcoffset() is None):
            raise TypeError("can't subtract offset-naive and offset-aware datetimes")
        return _delta(self._utc_us() - other._utc_us())

    def _order(self, symbol, other):
        if not isinstance(other, datetime):
            return None
        if self._tzinfo is other._tzinfo:
            a = self._us()
            b = other._us()
        else:
            if (self.utcoffset() is None) != (other.utcoffset() is None):
                if symbol == "==":
                    return 2
                raise TypeError("can't compare offset-naive and offset-aware datetimes")
            a = self._utc_us()
            b = other._utc_us()
        return (a > b) - (a < b)

    def __eq__(self, other):
        order = self._order("==", other)
        return NotImplemented if order is None else order == 0

    def __lt__(self, other):
        order = self._order("<", other)
        return NotImplemented if order is None else order < 0

    def __le__(self, other):
        order = self._order("<=", other)
        return NotImplemented if order is None else order <= 0

    def __gt__(self, other):
        order = self._order(">", other)
        return NotImplemented if order is None else order > 0

    def __ge__(self, other):
        order = self._order(">=", other)
        return NotImplemented if order is None else order >= 0

    def __hash__(self):
        return hash((self._tzinfo is None, self._utc_us()))


datetime.min = datetime(1, 1, 1)
datetime.max = datetime(9999, 12, 31, 23, 59, 59, 999999)
datetime.resolution = timedelta(microseconds=1)


# --- ISO texts ------------------------------------------------------------------------------------------------


def _digits(text):
    return text.isascii() and text.isdecimal()


def _date_length(text):
    """How much of a text of date and time is the date."""
    if text[4:5] == "-":
        if text[5:6] == "W":
            return 10 if text[8:9] == "-" else 8
        return 10
    if text[4:5] == "W":
        n = 7
        while n < len(text) and n < 8 and text[n].isdigit():
            n += 1
        return n
    return 8


def _parse_date(text):
    n = len(text)
    year = text[:4]
    if not _digits(year) or len(year) != 4:
        return None
    rest = text[4:]
    dashed = rest[:1] == "-"
    if dashed:
        rest = rest[1:]
    if rest[:1] == "W":
        week = rest[1:3]
        day = rest[3:]
        if day and dashed:
            if day[0] != "-":
                return None
            day = day[1:]
        if len(week) != 2 or not _digits(week) or (day and (len(day) != 1 or not _digits(day))):
            return None
        ordinal = _iso_ordinal(int(year), int(week), int(day) if day else 1)
        return _from_ordinal(ordinal)
    if dashed:
        if n != 10 or rest[2:3] != "-":
            return None
        month, day = rest[:2], rest[3:]
    else:
        if n != 8:
            return None
        month, day = rest[:2], rest[2:]
    if not _digits(month) or not _digits(day):
        return None
    return int(year), int(month), int(day)


def _parse_clock(text):
    """Hours to microseconds of `12`, `12:30`, `123045.5`..."""
    parts = [0, 0, 0, 0]
    whole, dot, fraction = text.partition(".")
    if not dot:
        whole, dot, fraction = text.partition(",")
    colons = whole[2:3] == ":"
    fields = whole.split(":") if colons else [whole[i : i + 2] for i in range(0, len(whole), 2)]
    if not 1 <= len(fields) <= 3:
        return None
    for i in range(len(fields)):
        if len(fields[i]) != 2 or not _digits(fields[i]):
            return None
        parts[i] = int(fields[i])
    if dot:
        if len(fields) != 3 or not fraction or not _digits(fraction):
            return None
        parts[3] = int((fraction + "000000")[:6])
    return parts


def _parse_time(text):
    zone = None
    at = len(text)
    for sign in "+-Z":
        found = text.find(sign)
        if found >= 0:
            at = min(at, found)
    clock = _parse_clock(text[:at])
    if clock is None:
        return None
    if at < len(text):
        if text[at:] == "Z":
            zone = timezone.utc
        elif text[at] == "Z":
            return None
        else:
            offset = _parse_clock(text[at + 1 :])
            if offset is None:
                return None
            delta = timedelta(
                hours=offset[0], minutes=offset[1], seconds=offset[2], microseconds=offset[3]
            )
            if text[at] == "-":
                delta = -delta
            zone = timezone(delta) if delta else timezone.utc
    return clock + [zone]


# --- formats --------------------------------------------------------------------------------------------------


def _strftime(d, format):
    is_time = isinstance(d, time)
    has_time = is_time or isinstance(d, datetime)
    hour, minute, second = (d._hour, d._minute, d._second) if has_time else (0, 0, 0)
    microsecond = d._microsecond if has_time else 0
    day = date(1900, 1, 1) if is_time else d
    parts = []
    i = 0
    n = len(format)
    while i < n:
        c = format[i]
        i += 1
        if c != "%":
            parts.append(c)
            continue
        if i >= n:
            parts.append("%")
            break
        c = format[i]
        i += 1
        if c == ":" and format[i : i + 1] == "z":
            i += 1
            offset = d.utcoffset() if has_time else None
            parts.append("" if offset is None else _offset_text(offset))
            continue
        parts.append(_directive(d, day, c, hour, minute, second, microsecond, has_time))
    return "".join(parts)


def _directive(d, day, c, hour, minute, second, microsecond, has_time):
    weekday = day.weekday()
    if c == "Y":
        return str(day.year)
    if c == "m":
        return f"{day.month:02d}"
    if c == "d":
        return f"{day.day:02d}"
    if c == "e":
        return f"{day.day:2d}"
    if c == "H":
        return f"{hour:02d}"
    if c == "I":
        return f"{hour % 12 or 12:02d}"
    if c == "M":
        return f"{minute:02d}"
    if c == "S":
        return f"{second:02d}"
    if c == "f":
        return f"{microsecond:06d}"
    if c == "p":
        return "AM" if hour < 12 else "PM"
    if c == "y":
        return f"{day.year % 100:02d}"
    if c == "B":
        return _MONTH_NAMES[day.month]
    if c == "b" or c == "h":
        return _MONTH_NAMES[day.month][:3]
    if c == "A":
        return _DAY_NAMES[weekday]
    if c == "a":
        return _DAY_NAMES[weekday][:3]
    if c == "j":
        return f"{_days_before_month(day.year, day.month) + day.day:03d}"
    if c == "w":
        return str((weekday + 1) % 7)
    if c == "u":
        return str(weekday + 1)
    if c == "C":
        return f"{day.year // 100:02d}"
    if c == "z":
        offset = d.utcoffset() if has_time else None
        return "" if offset is None else _offset_text(offset, "")
    if c == "Z":
        name = d.tzname() if has_time else None
        return "" if name is None else name
    if c == "s":
        return str(int(d.timestamp())) if isinstance(d, datetime) else _kont_refuse("`%s` of a date")
    if c == "F":
        return f"{day.year}-{day.month:02d}-{day.day:02d}"
    if c == "T" or c == "X":
        return f"{hour:02d}:{minute:02d}:{second:02d}"
    if c == "R":
        return f"{hour:02d}:{minute:02d}"
    if c == "r":
        return f"{hour % 12 or 12:02d}:{minute:02d}:{second:02d} {'AM' if hour < 12 else 'PM'}"
    if c == "D" or c == "x":
        return f"{day.month:02d}/{day.day:02d}/{day.year % 100:02d}"
    if c == "c":
        return (
            f"{_DAY_NAMES[weekday][:3]} {_MONTH_NAMES[day.month][:3]} {day.day:2d} "
            f"{hour:02d}:{minute:02d}:{second:02d} {day.year}"
        )
    if c == "G":
        return str(day.isocalendar()[0])
    if c == "V":
        return f"{day.isocalendar()[1]:02d}"
    if c == "U" or c == "W":
        day_of_year = _days_before_month(day.year, day.month) + day.day - 1
        first = (weekday + 1) % 7 if c == "U" else weekday
        return f"{(day_of_year + 7 - first) // 7:02d}"
    if c == "n":
        return "\n"
    if c == "t":
        return "\t"
    if c == "%":
        return "%"
    return "%" + c


class _Reader:
    """A text that is read by a format."""

    def __init__(self, text, format):
        self.text = text
        self.format = format
        self.at = 0
        self.found = {}

    def fail(self):
        raise ValueError(f"time data {self.text!r} does not match format {self.format!r}")

    def number(self, key, most, low, high):
        # The most digits that give a number in range, as a pattern would match.
        n = 0
        while n < most and self.text[self.at + n : self.at + n + 1].isdecimal():
            n += 1
        while n > 0:
            value = int(self.text[self.at : self.at + n])
            if low <= value <= high:
                self.at += n
                self.found[key] = value
                return
            n -= 1
        self.fail()

    def exactly(self, key, n):
        digits = self.text[self.at : self.at + n]
        if len(digits) != n or not digits.isdecimal():
            self.fail()
        self.at += n
        self.found[key] = int(digits)

    def name(self, key, names):
        rest = self.text[self.at :].lower()
        best = -1
        for i in range(len(names)):
            name = names[i].lower()
            if name and rest.startswith(name) and (best < 0 or len(name) > len(names[best])):
                best = i
        if best < 0:
            self.fail()
        self.at += len(names[best])
        self.found[key] = best


def _strptime(cls, text, format):
    if not isinstance(text, str):
        raise TypeError(f"strptime() argument 1 must be str, not {type(text).__name__}")
    if not isinstance(format, str):
        raise TypeError(f"strptime() argument 2 must be str, not {type(format).__name__}")
    reader = _Reader(text, format)
    i = 0
    while i < len(format):
        c = format[i]
        i += 1
        if c == "%":
            if i >= len(format):
                raise ValueError(f"stray % in format {format!r}")
            _read_directive(reader, format[i])
            i += 1
        elif c.isspace():
            while i < len(format) and format[i].isspace():
                i += 1
            if not text[reader.at : reader.at + 1].isspace():
                reader.fail()
            while text[reader.at : reader.at + 1].isspace():
                reader.at += 1
        else:
            if text[reader.at : reader.at + 1].lower() != c.lower():
                reader.fail()
            reader.at += 1
    if reader.at != len(text):
        raise ValueError(f"unconverted data remains: {text[reader.at :]}")
    return _from_fields(cls, reader.found)


def _read_directive(reader, c):
    if c == "Y":
        reader.exactly("year", 4)
    elif c == "m":
        reader.number("month", 2, 1, 12)
    elif c == "d":
        if reader.text[reader.at : reader.at + 1] == " ":
            reader.at += 1
        reader.number("day", 2, 1, 31)
    elif c == "H":
        reader.number("hour", 2, 0, 23)
    elif c == "I":
        reader.number("hour12", 2, 1, 12)
    elif c == "M":
        reader.number("minute", 2, 0, 59)
    elif c == "S":
        reader.number("second", 2, 0, 61)
    elif c == "f":
        n = 0
        while n < 6 and reader.text[reader.at + n : reader.at + n + 1].isdecimal():
            n += 1
        if not n:
            reader.fail()
        digits = reader.text[reader.at : reader.at + n]
        reader.found["microsecond"] = int((digits + "00000")[:6])
        reader.at += n
    elif c == "y":
        reader.exactly("year2", 2)
    elif c == "j":
        reader.number("yearday", 3, 1, 366)
    elif c == "p":
        reader.name("half", ("am", "pm"))
    elif c == "B":
        reader.name("month", _MONTH_NAMES)
    elif c == "b" or c == "h":
        reader.name("month", [name[:3] for name in _MONTH_NAMES])
    elif c == "A":
        reader.name("weekday", _DAY_NAMES)
    elif c == "a":
        reader.name("weekday", [name[:3] for name in _DAY_NAMES])
    elif c == "z":
        _read_offset(reader)
    elif c == "Z":
        reader.name("zone", ("utc", "gmt"))
    elif c == "T" or c == "X":
        for part in "H:M:S":
            _read_part(reader, part)
    elif c == "D" or c == "x":
        for part in "m/d/y":
            _read_part(reader, part)
    elif c == "F":
        for part in "Y-m-d":
            _read_part(reader, part)
    elif c == "R":
        for part in "H:M":
            _read_part(reader, part)
    elif c == "%":
        _read_part(reader, "%")
    elif c in "UWwuGVc":
        _kont_refuse(f"`%{c}` in strptime")
    else:
        raise ValueError(f"{c!r} is a bad directive in format {reader.format!r}")


def _read_part(reader, c):
    if c.isalpha():
        _read_directive(reader, c)
    elif reader.text[reader.at : reader.at + 1] == c:
        reader.at += 1
    else:
        reader.fail()


def _read_offset(reader):
    text = reader.text
    at = reader.at
    if text[at : at + 1] == "Z":
        reader.at += 1
        reader.found["offset"] = timedelta(0)
        return
    if text[at : at + 1] not in ("+", "-"):
        reader.fail()
    end = at + 1
    while end < len(text) and (text[end].isdecimal() or text[end] in ":."):
        end += 1
    clock = _parse_clock(text[at + 1 : end])
    if clock is None or end - at < 5:
        reader.fail()
    delta = timedelta(
        hours=clock[0], minutes=clock[1], seconds=clock[2], microseconds=clock[3]
    )
    reader.found["offset"] = -delta if text[at] == "-" else delta
    reader.at = end


def _from_fields(cls, found):
    year = found.get("year", 1900)
    if "year2" in found:
        year = found["year2"] + (1900 if found["year2"] >= 69 else 2000)
    month = found.get("month", 1)
    day = found.get("day", 1)
    if "yearday" in found and "month" not in found and "day" not in found:
        _, month, day = _from_ordinal(_to_ordinal(year, 1, 1) + found["yearday"] - 1)
    hour = found.get("hour", 0)
    if "hour12" in found:
        hour = found["hour12"] % 12 + (12 if found.get("half") == 1 else 0)
    zone = None
    if "offset" in found:
        zone = timezone(found["offset"]) if found["offset"] else timezone.utc
    return cls(
        year,
        month,
        day,
        hour,
        found.get("minute", 0),
        found.get("second", 0),
        found.get("microsecond", 0),
        zone,
    )
