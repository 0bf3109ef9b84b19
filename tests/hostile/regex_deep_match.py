# error: RecursionError
# limit: steps, memory_bytes
# done
import re
re.match(r"(?:a|b)*c", "ab" * 200000)
