"""random: the Mersenne twister, seeded by a number or by the host's randomness."""

_N = 624
_M = 397
_MASK32 = 0xFFFFFFFF


class Random:
    """A generator with a state of its own."""

    def __init__(self, x=None):
        self._next_gauss = None
        self.seed(x)

    def seed(self, a=None, version=2):
        self._next_gauss = None
        if a is None:
            a = int.from_bytes(_kont_random(32), "big")
        elif isinstance(a, float):
            a = hash(a)
        elif isinstance(a, (str, bytes)):
            _kont_refuse("`random.seed` by a text (give a number)")
        elif not isinstance(a, int):
            raise TypeError(
                "The only supported seed types are:\nNone, int, float, str, bytes, and bytearray."
            )
        a = abs(a)
        key = []
        while a:
            key.append(a & _MASK32)
            a >>= 32
        self._init_by_array(key or [0])

    def _init_by_array(self, key):
        mt = [19650218]
        for i in range(1, _N):
            before = mt[i - 1]
            mt.append((1812433253 * (before ^ (before >> 30)) + i) & _MASK32)
        i = 1
        j = 0
        for _ in range(max(_N, len(key))):
            before = mt[i - 1]
            mt[i] = ((mt[i] ^ ((before ^ (before >> 30)) * 1664525)) + key[j] + j) & _MASK32
            i += 1
            j += 1
            if i >= _N:
                mt[0] = mt[_N - 1]
                i = 1
            if j >= len(key):
                j = 0
        for _ in range(_N - 1):
            before = mt[i - 1]
            mt[i] = ((mt[i] ^ ((before ^ (before >> 30)) * 1566083941)) - i) & _MASK32
            i += 1
            if i >= _N:
                mt[0] = mt[_N - 1]
                i = 1
        mt[0] = 0x80000000
        self._mt = mt
        self._at = _N

    def _twist(self):
        mt = self._mt
        for i in range(_N):
            y = (mt[i] & 0x80000000) | (mt[(i + 1) % _N] & 0x7FFFFFFF)
            mt[i] = mt[(i + _M) % _N] ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0)
        self._at = 0

    def _word(self):
        if self._at >= _N:
            self._twist()
        y = self._mt[self._at]
        self._at += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C5680
        y ^= (y << 15) & 0xEFC60000
        return y ^ (y >> 18)

    def getstate(self):
        return (3, tuple(self._mt) + (self._at,), self._next_gauss)

    def setstate(self, state):
        _, words, self._next_gauss = state
        self._mt = list(words[:-1])
        self._at = words[-1]

    def random(self):
        a = self._word() >> 5
        b = self._word() >> 6
        return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0)

    def getrandbits(self, k):
        if k < 0:
            raise ValueError("number of bits must be non-negative")
        if k == 0:
            return 0
        if k <= 32:
            return self._word() >> (32 - k)
        value = 0
        shift = 0
        while k > 0:
            word = self._word()
            if k < 32:
                word >>= 32 - k
            value |= word << shift
            shift += 32
            k -= 32
        return value

    def randbytes(self, n):
        return self.getrandbits(n * 8).to_bytes(n, "little")

    def _below(self, n):
        k = n.bit_length()
        r = self.getrandbits(k)
        while r >= n:
            r = self.getrandbits(k)
        return r

    def randrange(self, start, stop=None, step=1):
        for value in (start, step):
            if not isinstance(value, int):
                raise TypeError(
                    f"'{type(value).__name__}' object cannot be interpreted as an integer"
                )
        if stop is None:
            if step != 1:
                raise TypeError("Missing a non-None stop argument")
            if start > 0:
                return self._below(start)
            raise ValueError("empty range for randrange()")
        if not isinstance(stop, int):
            raise TypeError(f"'{type(stop).__name__}' object cannot be interpreted as an integer")
        width = stop - start
        if step == 1:
            if width > 0:
                return start + self._below(width)
            raise ValueError(f"empty range in randrange({start}, {stop})")
        if step == 0:
            raise ValueError("zero step for randrange()")
        n = (width + step - 1) // step if step > 0 else (width + step + 1) // step
        if n <= 0:
            raise ValueError(f"empty range in randrange({start}, {stop}, {step})")
        return start + step * self._below(n)

    def randint(self, a, b):
        return self.randrange(a, b + 1)

    def choice(self, seq):
        if not len(seq):
            raise IndexError("Cannot choose from an empty sequence")
        return seq[self._below(len(seq))]

    def shuffle(self, x):
        for i in range(len(x) - 1, 0, -1):
            j = self._below(i + 1)
            x[i], x[j] = x[j], x[i]

    def sample(self, population, k, *, counts=None):
        if counts is not None:
            _kont_refuse("`random.sample` with `counts`")
        if isinstance(population, (set, frozenset, dict)):
            raise TypeError(
                "Population must be a sequence.  For dicts or sets, use sorted(d)."
            )
        n = len(population)
        if not 0 <= k <= n:
            raise ValueError("Sample larger than population or is negative")
        result = [None] * k
        limit = 21
        if k > 5:
            # The size at which a set takes less room than a copy.
            limit += 4 ** _ceil_log4(k * 3)
        if n <= limit:
            pool = list(population)
            for i in range(k):
                j = self._below(n - i)
                result[i] = pool[j]
                pool[j] = pool[n - i - 1]
            return result
        chosen = set()
        for i in range(k):
            j = self._below(n)
            while j in chosen:
                j = self._below(n)
            chosen.add(j)
            result[i] = population[j]
        return result

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        n = len(population)
        if cum_weights is None:
            if weights is None:
                n += 0.0
                return [population[int(self.random() * n)] for _ in range(k)]
            total = 0
            cum_weights = []
            for w in weights:
                total += w
                cum_weights.append(total)
        elif weights is not None:
            raise TypeError("Cannot specify both weights and cumulative weights")
        if len(cum_weights) != n:
            raise ValueError("The number of weights does not match the population")
        total = cum_weights[-1] + 0.0
        if total <= 0.0:
            raise ValueError("Total of weights must be greater than zero")
        import bisect

        return [
            population[bisect.bisect_right(cum_weights, self.random() * total, 0, n - 1)]
            for _ in range(k)
        ]

    def uniform(self, a, b):
        return a + (b - a) * self.random()

    def triangular(self, low=0.0, high=1.0, mode=None):
        u = self.random()
        if high == low:
            return low
        c = 0.5 if mode is None else (mode - low) / (high - low)
        if u > c:
            u = 1.0 - u
            c = 1.0 - c
            low, high = high, low
        import math

        return low + (high - low) * math.sqrt(u * c)

    def normalvariate(self, mu=0.0, sigma=1.0):
        import math

        while True:
            u1 = self.random()
            u2 = 1.0 - self.random()
            z = 1.7155277699214135 * (u1 - 0.5) / u2
            if z * z / 4.0 <= -math.log(u2):
                return mu + z * sigma

    def gauss(self, mu=0.0, sigma=1.0):
        import math

        z = self._next_gauss
        self._next_gauss = None
        if z is None:
            angle = self.random() * 2.0 * math.pi
            radius = math.sqrt(-2.0 * math.log(1.0 - self.random()))
            z = math.cos(angle) * radius
            self._next_gauss = math.sin(angle) * radius
        return mu + z * sigma

    def expovariate(self, lambd=1.0):
        import math

        return -math.log(1.0 - self.random()) / lambd

    def lognormvariate(self, mu=0.0, sigma=1.0):
        import math

        return math.exp(self.normalvariate(mu, sigma))


def _ceil_log4(n):
    k = 0
    while 4**k < n:
        k += 1
    return k


class SystemRandom(Random):
    """Randomness of the host. Refused: `Random()` is seeded by it."""

    def __init__(self, x=None):
        _kont_refuse("`random.SystemRandom`")


# The generator behind the functions of the module, seeded at first use.
_shared = [None]


def _instance():
    if _shared[0] is None:
        _shared[0] = Random()
    return _shared[0]


def seed(a=None, version=2):
    if _shared[0] is None:
        _shared[0] = Random(a)
    else:
        _shared[0].seed(a)


def random():
    return _instance().random()


def uniform(a, b):
    return _instance().uniform(a, b)


def triangular(low=0.0, high=1.0, mode=None):
    return _instance().triangular(low, high, mode)


def randint(a, b):
    return _instance().randint(a, b)


def randrange(start, stop=None, step=1):
    return _instance().randrange(start, stop, step)


def getrandbits(k):
    return _instance().getrandbits(k)


def randbytes(n):
    return _instance().randbytes(n)


def choice(seq):
    return _instance().choice(seq)


def choices(population, weights=None, *, cum_weights=None, k=1):
    return _instance().choices(population, weights, cum_weights=cum_weights, k=k)


def sample(population, k, *, counts=None):
    return _instance().sample(population, k, counts=counts)


def shuffle(x):
    _instance().shuffle(x)


def gauss(mu=0.0, sigma=1.0):
    return _instance().gauss(mu, sigma)


def normalvariate(mu=0.0, sigma=1.0):
    return _instance().normalvariate(mu, sigma)


def expovariate(lambd=1.0):
    return _instance().expovariate(lambd)


def getstate():
    return _instance().getstate()


def setstate(state):
    _instance().setstate(state)
