class Celsius:
    def __init__(self, degrees=0):
        self._degrees = degrees

    @property
    def degrees(self):
        "Degrees."
        return self._degrees

    @degrees.setter
    def degrees(self, value):
        if value < -273.15:
            raise ValueError(f"{value} is below zero")
        self._degrees = value

    @degrees.deleter
    def degrees(self):
        print("deleted")
        self._degrees = 0

    @property
    def fahrenheit(self):
        return self._degrees * 9 / 5 + 32

c = Celsius(25)
print(c.degrees, c.fahrenheit)
c.degrees = 30
print(c.degrees, c.fahrenheit)
try:
    c.degrees = -300
except ValueError as error:
    print(error)
try:
    c.fahrenheit = 1
except AttributeError as error:
    print(error)
del c.degrees
print(c.degrees, Celsius.degrees.__doc__)
c.degrees += 7
print(c.degrees)

class Sub(Celsius):
    @property
    def degrees(self):
        return super().degrees + 1000

print(Sub(1).degrees)
