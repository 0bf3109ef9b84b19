# error: RecursionError
def f():
    try:
        f()
    finally:
        1 + 1
f()
