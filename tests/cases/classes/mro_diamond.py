class Base:
    def go(self):
        return ["Base"]

class Left(Base):
    def go(self):
        return ["Left"] + super().go()

class Right(Base):
    def go(self):
        return ["Right"] + super().go()

class Both(Left, Right):
    def go(self):
        return ["Both"] + super().go()

print(Both().go(), [c.__name__ for c in Both.mro()])

class Other(Right, Left):
    pass

print(Other().go())
try:
    class Impossible(Base, Left):
        pass
except TypeError as error:
    print(type(error).__name__, str(error)[:44])

class Mixin:
    def to_text(self):
        return ", ".join(f"{k}={v}" for k, v in sorted(self.__dict__.items()))

class Point(Mixin):
    def __init__(self, x, y):
        self.x, self.y = x, y

print(Point(1, 2).to_text())
print(super(Left, Both()).go())
