# error: RecursionError
class A:
    def __enter__(self):
        with self:
            pass
with A():
    pass
