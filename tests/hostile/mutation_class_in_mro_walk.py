# done
# error: AttributeError
class A:
    pass


class B(A):
    def __getattr__(self, name):
        del A.x
        return 1


A.x = 5
b = B()
b.y
b.x
