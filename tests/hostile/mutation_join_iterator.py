# done
a = ["x"] * 10


def g():
    for x in a:
        a.clear()
        yield x


"".join(g())
