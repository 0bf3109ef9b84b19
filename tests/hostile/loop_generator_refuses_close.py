# limit: steps
def g():
    while True:
        try:
            yield
        except BaseException:
            pass
gens = g()
next(gens)
while True:
    try:
        gens.close()
    except RuntimeError:
        pass
