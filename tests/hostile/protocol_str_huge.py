# limit: memory_bytes, steps
class C:
    def __str__(self):
        return "x" * 10 ** 9


print(C())
