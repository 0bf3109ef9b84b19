class BadExit:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        raise RuntimeError("exit failed")

try:
    with BadExit():
        raise ValueError("body")
except RuntimeError as error:
    print(error, "/", repr(error.__context__))

class BadEnter:
    def __enter__(self):
        raise OSError("no entry")
    def __exit__(self, *args):
        print("never")

try:
    with BadEnter():
        print("never")
except OSError as error:
    print(error)

class Outer:
    def __enter__(self):
        return self
    def __exit__(self, kind, value, tb):
        print("outer sees", kind.__name__)
        return True

with Outer(), BadEnter():
    print("never")
try:
    with 5:
        pass
except TypeError as error:
    print(error)
try:
    with Outer as o:
        pass
except TypeError as error:
    print(error)

class Point:
    pass

p = Point()
with Outer() as p.ctx:
    print(type(p.ctx).__name__)
    raise IndexError
