# error: ValueError
l = list(range(10))
l.sort(key=lambda x: l.append(x) or x)
