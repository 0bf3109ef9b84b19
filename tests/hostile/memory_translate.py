# limit: memory_bytes, steps
("a" * 10 ** 5).translate({97: "b" * 10 ** 4})
