# limit: steps
import re
re.match(r"(a|a)*$", "a" * 40 + "b")
