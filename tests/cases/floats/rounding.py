for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1.005, 0.125, 1e20, 12345.6789, -2.5000001):
    print(x, round(x), round(x, 1), round(x, 2), round(x, -1))
print(round(1.5), type(round(1.5)).__name__, type(round(1.5, 0)).__name__, round(2.5, 0), round(1234.5678, 3), round(0.1 + 0.2, 10))
print(f"{2.675:.2f} {0.125:.2f} {0.375:.2f} {1e-10:.5f} {0.5:.0f} {1.5:.0f} {2.5:.0f} {999.9999:.2f} {1e22:.0f}")
import math
print(math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.floor(1e20), math.fsum([0.1] * 10), sum([0.5] * 10))
for bad in (float("nan"), float("inf")):
    try:
        round(bad)
    except (ValueError, OverflowError) as error:
        print(type(error).__name__, error)
print(round(float("inf"), 2), round(1e308, -308), round(5e-324, 3), round(1.23456789e-7, 10))
