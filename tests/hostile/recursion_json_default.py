# error: RecursionError
import json
class A:
    pass
json.dumps(A(), default=lambda o: [A()])
