# error: OverflowError, ValueError, TypeError
class C:
    def __len__(self):
        return "many"


bool(C())
