name = b"abc"
try:
    print(name.title())
except AttributeError:
    print("wrong: CPython has it")
