# limit: memory_bytes, steps
fs = []
while True:
    def f(x=[0] * 1000):
        pass

    fs.append(f)
