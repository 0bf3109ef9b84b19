"""statistics: averages and spreads."""


class StatisticsError(ValueError):
    """There is no answer for these data."""


def _exact_sum(data):
    """The sum as a fraction: numerator, denominator, and whether all were integers."""
    top, bottom = 0, 1
    integers = True
    for x in data:
        if not isinstance(x, int):
            integers = False
        a, b = x.as_integer_ratio()
        if b == bottom:
            top += a
        else:
            top = top * b + a * bottom
            bottom *= b
    return top, bottom, integers


def _quotient(top, bottom, integers):
    if integers and top % bottom == 0:
        return top // bottom
    return top / bottom


def mean(data):
    data = list(data)
    if not data:
        raise StatisticsError("mean requires at least one data point")
    top, bottom, integers = _exact_sum(data)
    return _quotient(top, bottom * len(data), integers)


def fmean(data, weights=None):
    import math

    data = list(data)
    if weights is None:
        if not data:
            raise StatisticsError("fmean requires at least one data point")
        return math.fsum(data) / len(data)
    weights = list(weights)
    if len(data) != len(weights):
        raise StatisticsError("data and weights must be the same length")
    total = math.fsum(weights)
    if not total:
        raise StatisticsError("sum of weights must be non-zero")
    return math.fsum([x * w for x, w in zip(data, weights)]) / total


def geometric_mean(data):
    import math

    data = list(data)
    if not data:
        raise StatisticsError("Must have a non-empty dataset")
    for x in data:
        if x <= 0:
            raise StatisticsError("No negative inputs allowed" if x < 0 else "geometric mean of zero")
    return math.exp(math.fsum([math.log(x) for x in data]) / len(data))


def median(data):
    data = sorted(data)
    n = len(data)
    if n == 0:
        raise StatisticsError("no median for empty data")
    if n % 2:
        return data[n // 2]
    return (data[n // 2 - 1] + data[n // 2]) / 2


def median_low(data):
    data = sorted(data)
    if not data:
        raise StatisticsError("no median for empty data")
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = sorted(data)
    if not data:
        raise StatisticsError("no median for empty data")
    return data[len(data) // 2]


def multimode(data):
    counts = {}
    for x in data:
        counts[x] = counts.get(x, 0) + 1
    if not counts:
        return []
    most = max(counts.values())
    return [x for x, n in counts.items() if n == most]


def mode(data):
    modes = multimode(data)
    if not modes:
        raise StatisticsError("no mode for empty data")
    return modes[0]


def _spread(data, xbar, less, name, least):
    data = list(data)
    n = len(data)
    if n < least:
        word = "two data points" if least == 2 else "one data point"
        raise StatisticsError(f"{name} requires at least {word}")
    if xbar is not None:
        a, b = xbar.as_integer_ratio()
        c = 1
    else:
        a, b, _ = _exact_sum(data)
        c = n
    # Squares of exact differences from the exact mean a / (b * c).
    top, bottom = 0, 1
    integers = True
    for x in data:
        if not isinstance(x, int):
            integers = False
        p, q = x.as_integer_ratio()
        d = p * b * c - a * q
        e = q * b * c
        d, e = d * d, e * e
        if e == bottom:
            top += d
        else:
            top = top * e + d * bottom
            bottom *= e
    return top, bottom * (n - less), integers


def variance(data, xbar=None):
    return _quotient(*_spread(data, xbar, 1, "variance", 2))


def pvariance(data, mu=None):
    return _quotient(*_spread(data, mu, 0, "pvariance", 1))


def _root(top, bottom):
    """The square root of a fraction, rounded once."""
    import math

    if top == 0:
        return 0.0
    shift = 2 * (64 + max(0, (bottom.bit_length() - top.bit_length()) // 2 + 1))
    scaled = (top << shift) // bottom
    root = math.isqrt(scaled)
    if root * root * bottom != top << shift:
        root |= 1
    return root / (1 << (shift // 2))


def stdev(data, xbar=None):
    top, bottom, _ = _spread(data, xbar, 1, "stdev", 2)
    return _root(top, bottom)


def pstdev(data, mu=None):
    top, bottom, _ = _spread(data, mu, 0, "pstdev", 1)
    return _root(top, bottom)


def quantiles(data, *, n=4, method="exclusive"):
    if n < 1:
        raise StatisticsError("n must be at least 1")
    data = sorted(data)
    ld = len(data)
    if ld < 2:
        if ld == 1:
            return data * (n - 1)
        raise StatisticsError("must have at least one data point")
    result = []
    if method == "inclusive":
        for i in range(1, n):
            j, delta = divmod(i * (ld - 1), n)
            result.append((data[j] * (n - delta) + data[j + 1] * delta) / n)
        return result
    if method != "exclusive":
        raise ValueError(f"Unknown method: {method!r}")
    for i in range(1, n):
        j = i * (ld + 1) // n
        j = 1 if j < 1 else ld - 1 if j > ld - 1 else j
        delta = i * (ld + 1) - j * n
        result.append((data[j - 1] * (n - delta) + data[j] * delta) / n)
    return result
