# limit: memory_bytes, steps
keep = []
while True:
    class C:
        x = [1, 2, 3]
        def m(self):
            return self
    keep.append(C)
