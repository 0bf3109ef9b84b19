# error: OverflowError
# error: error
# error: PatternError
import re
re.compile("a{99999999999999999999}")
