def averager():
    total = count = 0
    average = None
    while True:
        value = yield average
        if value is None:
            return f"{count} values"
        total += value
        count += 1
        average = total / count

g = averager()
print(next(g), g.send(10), g.send(20), g.send(60))
try:
    g.send(None)
except StopIteration as stop:
    print(stop.value)

def echo():
    received = []
    while len(received) < 3:
        received.append((yield len(received)))
    return received

e = echo()
print(e.send(None), e.send("a"), e.send("b"))
try:
    e.send("c")
except StopIteration as stop:
    print(stop.value)
try:
    echo().send(1)
except TypeError as error:
    print(error)

def self_call():
    yield next(me)

me = self_call()
try:
    next(me)
except ValueError as error:
    print(error)
x = (lambda: (yield))()
next(x)
try:
    x.send(5)
except StopIteration as s:
    print("lambda", s.value)
