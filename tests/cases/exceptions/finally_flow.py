def f1():
    try:
        return "try"
    finally:
        print("f1 finally")

def f2():
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            print("body", i)
        finally:
            print("finally", i)
    else:
        print("not reached")
    return i

def f3():
    try:
        try:
            raise ValueError("a")
        finally:
            print("inner finally")
    except ValueError as error:
        return f"caught {error}"
    finally:
        print("outer finally")

def f4():
    try:
        pass
    except ValueError:
        print("no")
    else:
        print("else")
        return "from else"
    finally:
        print("f4 finally")

def f5():
    while True:
        try:
            try:
                break
            finally:
                print("leaving")
        finally:
            print("left")
    return "done"

def f6(values=[]):
    try:
        return values
    finally:
        values.append(1)

for f in (f1, f2, f3, f4, f5, f6):
    print(f.__name__, f())
