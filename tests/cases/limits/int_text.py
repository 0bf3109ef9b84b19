try:
    str(10 ** 5000)
except ValueError as error:
    print(error)
try:
    int("9" * 5000)
except ValueError as error:
    print(error)
print(len(str(10 ** 4299)), int("9" * 4300) % 1000, len(hex(10 ** 5000)))
try:
    print(f"{10 ** 5000}")
except ValueError as error:
    print(type(error).__name__)
for call in (lambda: [0][10 ** 30], lambda: "abc"[: 10 ** 30], lambda: "a".zfill(-5), lambda: "a".center(-1)):
    try:
        print(repr(call())[:20])
    except (OverflowError, IndexError, MemoryError) as error:
        print(type(error).__name__, error)
