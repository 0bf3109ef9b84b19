try:
    raise ExceptionGroup("several", [ValueError("v"), TypeError("t"), KeyError("k")])
except* ValueError as group:
    print("values", group.exceptions)
except* (TypeError, KeyError) as group:
    print("others", [type(e).__name__ for e in group.exceptions])

def inner():
    raise ExceptionGroup("outer", [OSError("o"), ExceptionGroup("nested", [ValueError("deep"), OSError("p")])])

try:
    try:
        inner()
    except* OSError as group:
        print("handled", group, len(group.exceptions))
except ExceptionGroup as rest:
    print("rest", rest, rest.exceptions)

try:
    raise ValueError("single")
except* ValueError as group:
    print(type(group).__name__, group.exceptions)
group = ExceptionGroup("m", [ValueError(1), TypeError(2)])
print(group.message, repr(group))
match, rest = group.split(ValueError)
print(match, rest, group.subgroup(KeyError))
