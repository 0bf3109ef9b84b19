# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
object().__reduce_ex__(2)
