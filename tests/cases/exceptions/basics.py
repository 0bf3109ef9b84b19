def attempt(f):
    try:
        result = f()
    except ZeroDivisionError as error:
        return f"zero: {error}"
    except (KeyError, IndexError) as error:
        return f"lookup: {type(error).__name__} {error} {error.args}"
    except Exception as error:
        return f"other: {error!r}"
    else:
        return f"fine: {result}"
    finally:
        print("finally", end=" ")

print(attempt(lambda: 1))
print(attempt(lambda: 1 // 0))
print(attempt(lambda: 1 / 0))
print(attempt(lambda: 1 % 0))
print(attempt(lambda: 1.0 / 0))
print(attempt(lambda: {}["k"]))
print(attempt(lambda: [][3]))
print(attempt(lambda: int("x1")))
print(attempt(lambda: None + 1))
print(attempt(lambda: float("abc")))
print(attempt(lambda: (1, 2).index(5)))
print(attempt(lambda: [1].remove(4)))
print(attempt(lambda: "abc".index("z")))
print(attempt(lambda: next(iter([]))))
print(attempt(lambda: chr(-1)))
print(attempt(lambda: ord("ab")))
print(attempt(lambda: int("12", 99)))
