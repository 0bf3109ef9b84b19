# limit: steps
for x in iter(lambda: 1, 2):
    pass
