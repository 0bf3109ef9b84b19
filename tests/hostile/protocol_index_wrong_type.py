# error: TypeError
class C:
    def __index__(self):
        return 1.5


[1][C()]
