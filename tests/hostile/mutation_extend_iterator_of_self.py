# limit: memory_bytes, steps
a = [1]
a.extend(x for x in a)
