# error: RecursionError
class A:
    def __getattribute__(self, name):
        return self.other
A().x
