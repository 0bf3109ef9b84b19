# limit: memory_bytes
rows = [str(i).ljust(10000) for i in range(10 ** 6)]
