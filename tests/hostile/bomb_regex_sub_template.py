# limit: memory_bytes, steps
import re

s = "ab" * 1000
while True:
    s = re.sub("(a)(b)", r"\1\2\1\2", s)
