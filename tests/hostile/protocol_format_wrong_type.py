# error: TypeError
class C:
    def __format__(self, spec):
        return None


f"{C()}"
