# done
class E:
    def __eq__(self, other):
        a.clear()
        b.clear()
        return True


a = [E() for _ in range(20)]
b = [E() for _ in range(20)]
a == b
a.extend(E() for _ in range(20))
a.count(1)
a.extend(E() for _ in range(20))
1 in a
