# error: RecursionError
class A:
    def __setattr__(self, name, value):
        self.x = value
A().y = 1
