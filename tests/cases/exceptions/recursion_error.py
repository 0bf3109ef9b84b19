def forever(n):
    return forever(n + 1) + 1

try:
    forever(0)
except RecursionError as error:
    print(type(error).__name__, error)

class R:
    def __repr__(self):
        return repr(self)

try:
    repr(R())
except RecursionError:
    print("repr")

def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)

print(depth(500))

def cleanup():
    try:
        return cleanup()
    finally:
        pass

try:
    cleanup()
except RecursionError as error:
    print("cleanup", isinstance(error, RuntimeError))
print(depth(400))
