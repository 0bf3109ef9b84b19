from contextlib import contextmanager, suppress

@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name.upper()
    except ValueError as error:
        print("tag caught", error)
    finally:
        print(f"</{name}>")

with tag("p") as text:
    print(text)
with tag("q"):
    raise ValueError("inside")
try:
    with tag("r"):
        raise KeyError("through")
except KeyError as error:
    print("outside", error)
with suppress(KeyError, IndexError):
    [][0]
    print("never")
print("after")

@tag("decorated")
def hello():
    print("hello")

hello()
hello()
