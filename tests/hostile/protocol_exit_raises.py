# error: ValueError
class C:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        raise ValueError("from exit")


with C():
    raise KeyError("inside")
