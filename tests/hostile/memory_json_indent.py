# limit: memory_bytes, steps
import json
json.dumps([1], indent=10 ** 9)
