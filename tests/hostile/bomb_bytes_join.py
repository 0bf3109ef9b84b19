# limit: memory_bytes, steps
(b"x" * 10 ** 5).join([b"y"] * 10 ** 5)
