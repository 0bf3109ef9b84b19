# error: IndexError
class I:
    def __index__(self):
        a.clear()
        return 5


a = list(range(10))
a[I()] = 1
