def kind(x):
    match x:
        case 0:
            return "zero"
        case 1 | 2 | 3:
            return "small"
        case -1:
            return "minus one"
        case 2.5:
            return "two and a half"
        case "yes" | "no" as word:
            return f"word {word}"
        case None:
            return "none"
        case True:
            return "true"
        case b"raw":
            return "bytes"
        case int(n) if n > 100:
            return f"large {n}"
        case int():
            return "int"
        case str(s) if s.startswith("x"):
            return f"x-string {s}"
        case float():
            return "float"
        case _:
            return "other"

for x in (0, 1, 3, -1, 2.5, "yes", "no", None, True, False, b"raw", 500, 50, "xyz", "abc", 1.5, [], 1.0):
    print(repr(x), kind(x))

def nothing(x):
    match x:
        case 1:
            return "one"

print(nothing(1), nothing(2))
