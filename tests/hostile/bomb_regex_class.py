# limit: memory_bytes, steps
# error: error, PatternError, Unsupported
import re

re.compile("[" + "".join(chr(i) for i in range(0x4e00, 0x9fff)) * 100 + "]").findall("\u4e2d" * 10 ** 6)
