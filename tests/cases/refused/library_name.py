try:
    from asyncio import Barrier
except ImportError:
    print("wrong: CPython has it")
