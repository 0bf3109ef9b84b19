import sys

sys.stdout.write("plain\n")
print("to stdout", file=sys.stdout)
print("to stderr", file=sys.stderr)
sys.stdout.writelines(["a", "b", "\n"])
sys.stdout.flush()
print(sys.maxsize, sys.version_info >= (3, 10))
try:
    sys.exit("bye")
except SystemExit as error:
    print(repr(error), error.code)
try:
    sys.stdout.write(1)
except TypeError as error:
    print(error)
sys.exit()
