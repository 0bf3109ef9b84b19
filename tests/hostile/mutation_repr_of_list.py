# done
class R:
    def __repr__(self):
        a.clear()
        return "r"


a = [R(), R(), R()]
repr(a)
d = {1: R(), 2: R()}
repr(d)
