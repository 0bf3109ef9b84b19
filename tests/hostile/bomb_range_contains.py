# limit: steps
class N:
    def __eq__(self, other):
        return False


N() in range(10 ** 12)
