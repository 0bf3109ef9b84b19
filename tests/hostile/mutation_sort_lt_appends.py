# error: ValueError
class C:
    def __lt__(self, other):
        a.append(self)
        return True


a = [C() for _ in range(50)]
a.sort()
