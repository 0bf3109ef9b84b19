from enum import Enum, IntEnum, auto, Flag

class Color(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1

    @property
    def pretty(self):
        return self.name.title()

print(Color.RED, repr(Color.GREEN), Color.RED.name, Color.RED.value, Color(2), Color["RED"], Color.CRIMSON is Color.RED, Color.GREEN.pretty)
print(list(Color), len(Color), Color.RED == Color.RED, Color.RED == 1, Color.RED in Color, {Color.RED: "r"}[Color(1)], isinstance(Color.RED, Color))
try:
    Color(9)
except ValueError as error:
    print(error)
try:
    Color["PINK"]
except KeyError as error:
    print(error)

class Level(IntEnum):
    LOW = auto()
    HIGH = auto()

print(Level.LOW < Level.HIGH, Level.HIGH + 1, sorted([Level.HIGH, Level.LOW]), Level.HIGH.value, max(Level))

class State(Enum):
    OPEN = "open"
    DONE = "done"
    def next(self):
        return State.DONE if self is State.OPEN else self

match State("open").next():
    case State.OPEN:
        print("open")
    case State.DONE:
        print("done")
print([s.value for s in State], f"{State.OPEN.name}", State.OPEN.next() is State.DONE)
