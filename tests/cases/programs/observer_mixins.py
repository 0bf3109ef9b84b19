class Serializable:
    def to_dict(self):
        return {k: (v.to_dict() if isinstance(v, Serializable) else [x.to_dict() if isinstance(x, Serializable) else x for x in v] if isinstance(v, list) else v) for k, v in self.__dict__.items() if not k.startswith("_")}

class Validated:
    required = ()
    def __init__(self, **values):
        missing = [r for r in self.required if r not in values]
        if missing:
            raise TypeError(f"{type(self).__name__} needs {', '.join(missing)}")
        super().__init__(**values)

class Record:
    def __init__(self, **values):
        for k, v in values.items():
            setattr(self, k, v)
    def __repr__(self):
        inner = ", ".join(f"{k}={v!r}" for k, v in self.__dict__.items())
        return f"{type(self).__name__}({inner})"
    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

class Address(Validated, Serializable, Record):
    required = ("city",)

class Person(Validated, Serializable, Record):
    required = ("name", "address")

p = Person(name="Ann", address=Address(city="Bonn", zip="53111"), tags=["x", Address(city="Rom")], _secret=1)
print(p)
print(p.to_dict())
print(p == Person(**p.__dict__), p != Person(name="B", address=None), [c.__name__ for c in Person.__mro__])
for bad in (lambda: Address(), lambda: Person(name="x")):
    try:
        bad()
    except TypeError as error:
        print(error)
