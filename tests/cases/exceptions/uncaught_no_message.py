class Stop(Exception):
    pass

print(1)
raise Stop
