# done
# error: ValueError
class E:
    def __eq__(self, other):
        a.clear()
        return True


a = [E() for _ in range(20)]
a.remove(1)
