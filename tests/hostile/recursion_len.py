# error: RecursionError
class A:
    def __len__(self):
        return len(self)
bool(A())
