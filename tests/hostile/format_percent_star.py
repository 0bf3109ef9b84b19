# error: ValueError, OverflowError
# limit: memory_bytes, steps
"%*d" % (10 ** 18, 1)
