# limit: steps
def f():
    try:
        while True:
            len([])
    except:
        f()
    finally:
        f()
f()
