# error: NameError
def f():
    global f
    del f
    f()


f()
