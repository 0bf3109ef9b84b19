"""time: clocks and sleeping, each a request to the host."""


def time():
    return _kont_now()


def time_ns():
    return int(_kont_now() * 1000000) * 1000


def monotonic():
    return _kont_monotonic()


def monotonic_ns():
    return int(_kont_monotonic() * 1000000) * 1000


perf_counter = monotonic
perf_counter_ns = monotonic_ns
process_time = monotonic


def sleep(seconds):
    if not isinstance(seconds, (int, float)):
        raise TypeError(
            f"'{type(seconds).__name__}' object cannot be interpreted as an integer or float"
        )
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _kont_sleep(seconds)


def gmtime(seconds=None):
    import datetime

    at = _kont_now() if seconds is None else seconds
    d = datetime.datetime.fromtimestamp(int(at // 1), datetime.timezone.utc)
    return d.utctimetuple()


localtime = gmtime


def strftime(format, t=None):
    import datetime

    t = gmtime() if t is None else t
    return datetime.datetime(*t[:6]).strftime(format)


timezone = 0
tzname = ("UTC", "UTC")
