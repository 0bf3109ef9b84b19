# error: RecursionError, ValueError
import json

json.dumps = lambda x: json.dumps(x)
json.dumps(1)
