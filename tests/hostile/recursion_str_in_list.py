# error: RecursionError
class A:
    def __repr__(self):
        return str([self])
print(A())
