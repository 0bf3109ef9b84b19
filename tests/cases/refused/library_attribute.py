import time
try:
    print(time.CLOCK_BOOTTIME)
except AttributeError:
    print("wrong: CPython has it")
