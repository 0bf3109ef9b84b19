# error: Unsupported
# error: RecursionError
# error: error
# error: PatternError
# done
import re
re.compile("(" * 20000 + "a" + ")" * 20000)
