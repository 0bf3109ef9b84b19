# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
import json
json.dumps.__globals__["__builtins__"]
