# error: AttributeError, TypeError, KeyError, Unsupported, NameError, ModuleNotFoundError, IndexError
import asyncio
asyncio.create_subprocess_exec
