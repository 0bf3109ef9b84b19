# error: RecursionError
class D:
    def __get__(self, obj, owner):
        return owner.x


class C:
    x = D()


C.x
