# limit: memory_bytes
keep = []
while True:
    try:
        raise ValueError("x" * 1000)
    except ValueError as error:
        keep.append(error)
