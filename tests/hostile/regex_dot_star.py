# limit: steps
import re
re.match(r"(.*)*(.*)*(.*)*x", "a" * 2000)
