# error: RecursionError
class A:
    def __enter__(self):
        return self
    def __exit__(self, *args):
        with self:
            pass
with A():
    pass
