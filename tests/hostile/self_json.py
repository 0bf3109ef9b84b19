# error: ValueError, RecursionError
import json

a = []
a.append(a)
json.dumps(a)
