import json
data = {"name": "Ann", "age": 30, "tags": ["a", "b"], "nested": {"x": None, "y": [True, False, 1.5, -0.0, 1e100]}, "é": "漢\n\"q\"", "empty": [{}, []]}
text = json.dumps(data)
print(text)
print(json.loads(text) == data, json.dumps(data, ensure_ascii=False, sort_keys=True))
print(json.dumps(data, indent=2))
print(json.dumps([1, (2, 3), {"k": ()}], separators=(",", ":")), json.dumps("a/b\t\x01\u2028🐍"), json.dumps({1: "a", None: "b", True: "c", 2.5: "d"}), json.dumps(10 ** 25), json.dumps([float("inf"), float("nan")]))
print(json.loads('{"a": [1, 2.0, -3e2, "\\u00e9\\n", true, null], "b": {"c": {}}}'), json.loads(" [ ] "), json.loads('"x"'), json.loads("1"), json.loads("12345678901234567890123"), json.loads('{"k":1,"k":2}'), json.loads("[1E3,0.1]"), json.loads('"\\ud83d\\ude00"'))
for bad in ("", "{", '{"a" 1}', "{'a': 1}", "[1 2]", "nul", '"abc', "01", "[1]x", '{"a":}', '"\\x"', "+1", "[1,\n2,\n oops]"):
    try:
        print(json.loads(bad))
    except json.JSONDecodeError as error:
        print(repr(bad), error.lineno, error.colno, error.pos, isinstance(error, ValueError))
class Thing:
    pass
for bad in (Thing(), {1, 2}, {(1, 2): 3}, [b"x"]):
    try:
        json.dumps(bad)
    except TypeError as error:
        print(error)
print(json.dumps({"s": {3, 1}}, default=lambda o: sorted(o)), json.dumps([], indent=2), json.dumps({"a": [1, {"b": 2}]}, indent="--"), json.dumps({"b": 1, "a": 2}, sort_keys=True, indent=0))
print(json.dumps({"a": 1, (1, 2): 2}, skipkeys=True), json.loads("[1.0, 5]", parse_float=str), json.loads('{"a": 1}', object_hook=lambda d: sorted(d.items())))
try:
    json.dumps(float("nan"), allow_nan=False)
except ValueError as error:
    print(type(error).__name__)
l = []
l.append(l)
try:
    json.dumps(l)
except ValueError as error:
    print(error)
