# limit: memory_bytes
fs = []
while True:
    fs.append(lambda x, y=fs: (x, y))
