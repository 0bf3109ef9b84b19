# done
# error: RuntimeError
class K:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        d.clear()
        for i in range(50):
            d[i] = i
        return False


d = {}
d[K()] = 1
d[K()] = 2
d.get(K())
d.pop(K(), None)
K() in d
len(d)
