# error: TypeError
class C:
    def __hash__(self):
        return "h"


{C(): 1}
