# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
().__class__.__mro__[1].__subclasses__()[0].__init__.__globals__
