# limit: memory_bytes, steps
import re
re.sub("a", "b" * 10 ** 4, "a" * 10 ** 5)
