# limit: steps
# A limit runs no `finally`, no `except`, no `__exit__` and no other task.
class C:
    def __enter__(self):
        pass

    def __exit__(self, *args):
        while True:
            print("alive")


while True:
    with C():
        try:
            while True:
                pass
        finally:
            while True:
                print("alive")
