class Single:
    instance = None
    def __new__(cls, *args):
        print("new", args)
        if cls.instance is None:
            cls.instance = super().__new__(cls)
        return cls.instance
    def __init__(self, *args):
        print("init", args)
        self.args = args

a = Single(1)
b = Single(2)
print(a is b, a.args)

class Plugin:
    registry = {}
    def __init_subclass__(cls, /, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        Plugin.registry[name or cls.__name__] = cls

class Csv(Plugin, name="csv"):
    pass

class Json(Plugin):
    pass

print({k: v.__name__ for k, v in Plugin.registry.items()})

class Typed:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item.__name__}]"

print(Typed[int])

class Celsius(float):
    def __new__(cls, value):
        return super().__new__(cls, value + 0.5)

print(Celsius(1), Celsius(1) + 1)
