# done
# error: RuntimeError
class K:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        s.clear()
        return False


s = set()
s.add(K())
s.add(K())
s | {K(), K()}
s.discard(K())
