# error: RecursionError, ValueError
class M(dict):
    def __missing__(self, key):
        return "{%s}" % key


class D(dict):
    def __missing__(self, key):
        return "{x}".format_map(self)


assert "{x}".format_map(M()) == "{x}"
"{x}".format_map(D())
