# limit: memory_bytes
"%1000000000d" % 5
