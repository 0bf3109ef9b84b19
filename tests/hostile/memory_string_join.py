# limit: memory_bytes, steps
s = "x" * 10 ** 6
",".join([s] * 1000)
