# limit: memory_bytes
s = "x" * 10 ** 6
",".join([s] * 1000)
