def worker():
    try:
        while True:
            try:
                item = yield "ready"
                print("got", item)
            except ValueError as error:
                print("handled", error)
                yield "recovered"
    finally:
        print("closed")

w = worker()
print(next(w))
print(w.send(1))
print(w.throw(ValueError("bad")))
print(next(w))
w.close()
w.close()
try:
    next(w)
except StopIteration:
    print("finished")

w = worker()
next(w)
try:
    w.throw(KeyError("out"))
except KeyError as error:
    print("escaped", error)

def fresh():
    print("never starts")
    yield

f = fresh()
f.close()
print(list(f))
f = fresh()
try:
    f.throw(RuntimeError("early"))
except RuntimeError as error:
    print(error)

def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2

s = stubborn()
next(s)
try:
    s.close()
except RuntimeError as error:
    print(error)

def leaks():
    yield 1
    raise StopIteration("inside")

try:
    list(leaks())
except RuntimeError as error:
    print(error, "/", repr(error.__cause__))
