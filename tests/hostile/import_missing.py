# error: ModuleNotFoundError
# error: Unsupported
import os
os.system("true")
