# error: RecursionError, ValueError, JSONDecodeError
import json

json.loads("[" * 10 ** 6)
