# limit: memory_bytes, steps
# error: TypeError, RecursionError, Unsupported
# done
bases = tuple(type("B" + str(i), (), {}) for i in range(300))
cs = [type("C" + str(i), bases, {}) for i in range(300)]
