# limit: steps, memory_bytes
# error: error
# error: OverflowError
# error: PatternError
# done
import re
re.compile(r"(((a{1000}){1000}){1000}){1000}")
