# limit: memory_bytes, steps
def f(**kwargs):
    pass


d = {"a" + str(i): i for i in range(20000)}
while True:
    f(**d)
