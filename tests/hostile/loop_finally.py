# limit: steps
try:
    1 / 0
finally:
    while True:
        pass
