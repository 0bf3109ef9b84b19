group = ExceptionGroup("several", [ValueError("v"), ExceptionGroup("inner", [TypeError("t"), KeyError("k")])])
print(group, repr(group), group.message, len(group.exceptions), isinstance(group, Exception))
try:
    raise group
except ExceptionGroup as caught:
    print(caught is group, [type(e).__name__ for e in caught.exceptions])
matched, rest = group.split(ValueError)
print(matched, "/", rest, "/", group.subgroup(KeyError), "/", group.subgroup(OSError))

def leaves(error):
    if isinstance(error, BaseExceptionGroup):
        for e in error.exceptions:
            yield from leaves(e)
    else:
        yield error

print([repr(e) for e in leaves(group)])
errors = []
for text in ("1", "x", "3", "y"):
    try:
        int(text)
    except ValueError as error:
        errors.append(error)
try:
    if errors:
        raise ExceptionGroup(f"{len(errors)} bad numbers", errors)
except ExceptionGroup as error:
    print(error)
    for e in error.exceptions:
        print(" -", e)
