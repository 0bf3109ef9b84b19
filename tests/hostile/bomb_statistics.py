# limit: memory_bytes, steps
import statistics

statistics.mean(range(10 ** 12))
