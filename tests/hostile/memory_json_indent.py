# limit: memory_bytes
import json
json.dumps([1], indent=10 ** 9)
