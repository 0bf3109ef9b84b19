# error: IndexError
class C:
    def __index__(self):
        return 10 ** 100


[1][C()]
