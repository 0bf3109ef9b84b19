# limit: memory_bytes, steps
("\n" * 10 ** 7).splitlines()
