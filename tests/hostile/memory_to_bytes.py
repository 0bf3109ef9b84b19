# limit: memory_bytes
(1).to_bytes(10 ** 10, "big")
