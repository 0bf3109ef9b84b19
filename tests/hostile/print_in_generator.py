# limit: output_bytes
def g():
    while True:
        yield print("x")
list(g())
