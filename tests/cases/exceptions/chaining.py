def low():
    raise KeyError("low")

def middle():
    try:
        low()
    except KeyError as error:
        raise ValueError("middle") from error

def high():
    try:
        middle()
    except ValueError:
        raise RuntimeError("high")

try:
    high()
except RuntimeError as error:
    chain = error
    while chain is not None:
        print(repr(chain), "cause", repr(chain.__cause__), "context", repr(chain.__context__), chain.__suppress_context__)
        chain = chain.__cause__ or chain.__context__

try:
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError("quiet") from None
except ValueError as error:
    print(repr(error.__cause__), repr(error.__context__), error.__suppress_context__)

try:
    raise ValueError from TypeError
except ValueError as error:
    print(repr(error.__cause__))
try:
    raise ValueError("x") from 5
except TypeError as error:
    print(error)
try:
    raise 42
except TypeError as error:
    print(error)
error = ValueError("noted")
error.add_note("a note")
print(error.__notes__)
