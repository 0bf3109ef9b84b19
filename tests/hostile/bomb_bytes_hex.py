# limit: memory_bytes, steps
(b"x" * (20 * 10 ** 6)).hex()
