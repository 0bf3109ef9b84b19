# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
print([c for c in object.__subclasses__() if c.__name__ == "Popen"][0])
