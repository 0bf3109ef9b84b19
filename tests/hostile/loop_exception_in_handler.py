# limit: steps, memory_bytes
error = None
while True:
    try:
        raise ValueError from error
    except ValueError as e:
        error = e
