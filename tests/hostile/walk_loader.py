# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
__loader__.get_data("secret")
