# limit: memory_bytes, steps
import math

while True:
    math.isqrt(1 << 4_000_000)
