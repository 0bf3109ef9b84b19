def counter(start=0):
    n = start

    def up(by=1):
        nonlocal n
        n += by
        return n

    def reset():
        nonlocal n
        n = start

    return up, reset

up, reset = counter(10)
print(up(), up(5), up())
reset()
print(up())
other, _ = counter()
print(other(), up())

fs = [lambda: i for i in range(3)]
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])

def three():
    x = 1
    def two():
        def one():
            nonlocal x
            x *= 10
            return x
        return one() + x
    return two(), x

print(three())
