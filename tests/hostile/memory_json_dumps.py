# limit: memory_bytes
import json
a = ["x" * 1000] * 1000
json.dumps([a] * 1000)
