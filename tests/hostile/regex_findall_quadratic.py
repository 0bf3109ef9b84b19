# limit: steps
import re
re.findall(r"a*b", "a" * 100000)
