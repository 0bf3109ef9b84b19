# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
import sys
sys._getframe().f_globals
