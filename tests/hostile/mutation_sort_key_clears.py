# done
a = list(range(100))


def key(x):
    a.clear()
    return x


a.sort(key=key)
