def g(kind):
    log = []
    for i in range(2):
        try:
            log.append(f"try{i}")
            try:
                if kind == "raise":
                    raise KeyError(i)
                if kind == "return":
                    return log
                if kind == "continue":
                    continue
                if kind == "break":
                    break
                log.append("plain")
            except KeyError as error:
                log.append(f"except {error}")
                if i == 1:
                    raise RuntimeError("again") from error
            else:
                log.append("else")
            finally:
                log.append("finally")
        except RuntimeError as error:
            log.append(f"outer {error} from {error.__cause__!r}")
        finally:
            log.append("outer finally")
    else:
        log.append("loop else")
    return log

for kind in ("raise", "return", "continue", "break", "none"):
    print(kind, g(kind))

def h():
    try:
        raise ValueError("first")
    except ValueError:
        try:
            raise TypeError("second")
        except TypeError as e:
            return repr(e), repr(e.__context__)

print(h())
try:
    e = "outer"
    try:
        1 / 0
    except ZeroDivisionError as e:
        pass
    e
except NameError as error:
    print(error)
