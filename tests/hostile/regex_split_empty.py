# limit: memory_bytes, steps
import re
re.split("", "a" * 10 ** 7)
