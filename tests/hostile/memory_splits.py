# limit: memory_bytes
("a " * 3 * 10 ** 6).split()
