# limit: memory_bytes
"{:>1000000000}".format("x")
