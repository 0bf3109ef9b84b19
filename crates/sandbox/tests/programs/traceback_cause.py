class MyE(Exception):
    def __str__(self): return "custom text"
def f():
    try: 1/0
    except Exception as e:
        raise MyE() from e
f()
