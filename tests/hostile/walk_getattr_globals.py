# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
def f(): pass


getattr(f, "__glo" + "bals__")
