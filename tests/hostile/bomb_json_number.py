# error: ValueError
import json

json.loads("9" * 10 ** 6)
