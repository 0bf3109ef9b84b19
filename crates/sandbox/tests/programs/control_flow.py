# try/finally in all its ways
log = []
def f1():
    try:
        return 'try'
    finally:
        log.append('f1')
def f2():
    try:
        return 'try'
    finally:
        return 'finally'
def f3():
    for i in range(5):
        try:
            if i == 1: continue
            if i == 3: break
            log.append(i)
        finally:
            log.append(('fin', i))
    else:
        log.append('else')
    return i
def f4():
    try:
        try:
            raise ValueError('a')
        finally:
            log.append('inner')
    except ValueError as e:
        log.append(str(e))
        try:
            raise KeyError('b') from e
        except KeyError as k:
            log.append((repr(k.__cause__), repr(k.__context__)))
    try:
        e
    except NameError as n:
        log.append(type(n).__name__)
def f5():
    x = 1
    try:
        return x
    finally:
        x = 2
        log.append(x)
def f6():
    while True:
        try:
            try:
                return 1
            finally:
                break
        finally:
            log.append('outer')
    return 2
def f7():
    try:
        raise ValueError
    except:
        try:
            raise
        except ValueError:
            log.append('again')
        return 'from except'
    finally:
        log.append('f7fin')
def f8():
    for x in [1, 2, 3]:
        try:
            1 / (x - 2)
        except ZeroDivisionError:
            continue
        else:
            log.append(('else', x))
        finally:
            log.append(('finally', x))
def f9():
    try:
        pass
    except ValueError:
        pass
    else:
        return 'else'
    finally:
        log.append('f9')
for f in (f1, f2, f3, f4, f5, f6, f7, f8, f9):
    log.clear()
    print(f.__name__, f(), log)

class CM:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow
    def __enter__(self):
        print('enter', self.name)
        return self
    def __exit__(self, t, v, tb):
        print('exit', self.name, t and t.__name__, v, tb is not None)
        return self.swallow
def w1():
    with CM('a') as a, CM('b', True) as b:
        raise ValueError(a.name + b.name)
    print('after')
def w2():
    for i in range(3):
        with CM(i):
            if i == 1:
                continue
            if i == 2:
                break
    with CM('r'):
        return 'ret'
def w3():
    try:
        with CM('x'):
            with CM('y') as (p, q):
                pass
    except TypeError as e:
        print('TE', e)
w1(); print(w2()); w3()
def w4():
    with (CM('p') as p, CM('q') as q,):
        print(p.name, q.name)
w4()
try:
    with 5: pass
except TypeError as e: print(e)
# nested context
try:
    try:
        raise ValueError(1)
    except ValueError:
        raise KeyError(2)
except KeyError as e:
    print(repr(e.__context__), e.__cause__, e.__suppress_context__)
try:
    try:
        raise ValueError(1)
    except ValueError:
        raise KeyError(2) from None
except KeyError as e:
    print(repr(e.__context__), e.__cause__, e.__suppress_context__)
def gen():
    try:
        yield 1
        yield 2
    except GeneratorExit:
        print('closing')
        raise
    finally:
        print('gen finally')
g = gen(); print(next(g)); g.close()
g = gen(); next(g)
try: g.throw(ValueError('thrown'))
except ValueError as e: print(e)
def g2():
    r = yield from g3()
    print('got', r)
    return 'end'
def g3():
    x = yield 'a'
    print('x', x)
    try:
        y = yield 'b'
    except KeyError as e:
        print('caught', e)
        y = 'c'
    return y
g = g2()
print(next(g)); print(g.send(5))
try: g.throw(KeyError('k'))
except StopIteration as s: print(s.value)
def g4():
    try:
        while True:
            try:
                v = yield
                print(v)
            except ValueError:
                print('VE')
                continue
            finally:
                print('f')
    finally:
        print('done')
g = g4(); next(g); g.send(1); g.throw(ValueError); g.close()
def ret_in_loop():
    for a in range(3):
        for b in range(3):
            try:
                if a * b == 2:
                    return a, b
            finally:
                if a == 2: pass
print(ret_in_loop())
def exc_in_finally():
    try:
        try:
            raise ValueError('v')
        finally:
            raise KeyError('k')
    except KeyError as e:
        return repr(e), repr(e.__context__)
print(exc_in_finally())
def nested_except_return():
    try:
        try:
            raise ValueError
        except ValueError as e:
            return 'inner'
        finally:
            print('finally sees', 'e' in dir() if False else '')
    finally:
        print('outermost')
print(nested_except_return())
def raise_bare():
    try:
        raise
    except RuntimeError as e:
        return str(e)
print(raise_bare())
