# limit: memory_bytes
import re
re.sub("a", "b" * 10 ** 4, "a" * 10 ** 5)
