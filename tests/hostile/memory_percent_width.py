# limit: memory_bytes, steps
"%1000000000d" % 5
