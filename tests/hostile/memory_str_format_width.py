# limit: memory_bytes, steps
"{:>1000000000}".format("x")
