# error: ValueError
error = None
for i in range(20000):
    try:
        raise ValueError(i) from error
    except ValueError as e:
        error = e
raise error
