# done
# error: Unsupported, error, PatternError, OverflowError, RecursionError
# limit: memory_bytes, steps
import re

re.compile("(((a{1000}){1000}){1000}){1000}")
