# limit: steps
while True:
    try:
        1 / 0
    finally:
        continue
