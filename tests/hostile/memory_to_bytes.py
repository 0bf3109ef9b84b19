# limit: memory_bytes, steps
(1).to_bytes(10 ** 10, "big")
