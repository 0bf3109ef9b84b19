# limit: steps, output_bytes
# error: RecursionError
import builtins

print = lambda *a: print(*a)
print(1)
