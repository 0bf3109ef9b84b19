# error: TypeError
class C:
    def __repr__(self):
        return 5


repr([C()])
