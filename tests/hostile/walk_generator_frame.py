# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
def g():
    yield


g().gi_frame.f_globals
