class Animal:
    sound = "..."
    def __init__(self, name):
        self.name = name
    def speak(self):
        return f"{self.name} says {self.sound}"
    def describe(self):
        return "animal"

class Dog(Animal):
    sound = "Woof"
    def describe(self):
        return "dog, " + super().describe()

class Puppy(Dog):
    def __init__(self, name, age):
        super().__init__(name)
        self.age = age
    def describe(self):
        return f"puppy of {self.age}, " + super().describe()
    def speak(self):
        return super().speak().lower()

for pet in (Animal("Generic"), Dog("Rex"), Puppy("Bit", 1)):
    print(type(pet).__name__, pet.speak(), "/", pet.describe())
print(issubclass(Puppy, Animal), isinstance(Puppy("x", 2), Dog), Puppy.__bases__ == (Dog,))
print([c.__name__ for c in Puppy.__mro__])
print(Puppy.__base__.__name__, Animal.__base__ is object)
