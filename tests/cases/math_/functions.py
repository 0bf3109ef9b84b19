import math
from math import sqrt, pi
print(math.pi, math.e, math.tau, math.inf, math.nan, sqrt(2), sqrt(16), pi == math.pi)
print(math.floor(2.7), math.ceil(2.1), math.trunc(-2.7), math.fabs(-3), math.factorial(20), math.gcd(48, 18), math.gcd(0, 5, 10), math.lcm(4, 6), math.isqrt(10 ** 20 + 1), math.comb(10, 3), math.perm(5, 2))
print(math.exp(1), math.log(10), math.log(8, 2), math.log2(1024), math.log10(0.001), math.log1p(1e-10), math.expm1(1e-10), math.pow(2, 0.5), math.hypot(3, 4), math.dist((0, 0), (1, 1)))
print(math.sin(1), math.cos(1), math.tan(1), math.asin(0.5), math.acos(0.5), math.atan(2), math.atan2(-1, -2), math.sinh(1), math.cosh(1), math.tanh(0.5), math.degrees(pi), math.radians(180))
print(math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1.0), math.isclose(0.1 + 0.2, 0.3), math.copysign(3, -0.0), math.fmod(-7, 3), math.modf(3.25), math.frexp(10.0), math.ldexp(0.625, 4), math.fsum([0.1] * 10), math.prod([1, 2, 3, 4]), math.remainder(7, 4))
for call in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.log(-1), lambda: math.factorial(-1), lambda: math.exp(1000), lambda: math.sqrt("a"), lambda: math.floor(math.inf), lambda: math.gcd(1.5, 2), lambda: math.acos(2), lambda: math.isqrt(-1), lambda: math.pow(0, -1)):
    try:
        print(call())
    except (ValueError, OverflowError, TypeError) as error:
        print(type(error).__name__)
print(math.log(10 ** 400), math.sqrt(10 ** 40), math.floor(-0.5), math.ceil(-0.5), math.log2(2 ** 70), math.nextafter(1, 2), math.ulp(1.0))
