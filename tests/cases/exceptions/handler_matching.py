class Base(Exception):
    pass

class Child(Base):
    pass

for raised in (Base, Child, KeyError, OSError):
    try:
        raise raised("x")
    except Child:
        print("child")
    except Base:
        print("base")
    except (LookupError, ArithmeticError) as e:
        print("lookup", type(e).__name__)
    except:
        print("anything")

kinds = (ValueError, TypeError)
try:
    int("q")
except kinds as e:
    print(type(e).__name__)

try:
    try:
        raise ValueError("v")
    except 5:
        print("never")
except TypeError as e:
    print(e)

print(issubclass(FileNotFoundError, OSError), issubclass(OverflowError, ArithmeticError), issubclass(UnicodeDecodeError, ValueError))
print(IOError is OSError, issubclass(StopIteration, Exception), issubclass(KeyboardInterrupt, Exception), issubclass(RecursionError, RuntimeError))
try:
    assert 1 == 2, "sums"
except AssertionError as e:
    print(repr(e))
try:
    assert []
except AssertionError as e:
    print(repr(e), str(e) == "")
try:
    raise SystemExit(3)
except SystemExit as e:
    print(e.code)
