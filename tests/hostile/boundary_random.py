# limit: boundary_bytes, memory_bytes, calls, steps
# error: ValueError, OverflowError, Unsupported, AttributeError, NameError
import random

random.randbytes(2 ** 31)
