# limit: steps
while True:
    pass
