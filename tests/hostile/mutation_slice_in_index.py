# done
class I:
    def __index__(self):
        a.clear()
        return 5


a = list(range(10))
a[I():]
a.extend(range(10))
a[:I()] = [1, 2, 3]
a.extend(range(10))
del a[I():]
