def logged(function):
    def wrapper(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        result = function(*args, **kwargs)
        print("gave", result)
        return result
    return wrapper

def repeat(times):
    def decorate(function):
        def wrapper(*args):
            return [function(*args) for _ in range(times)]
        return wrapper
    return decorate

@logged
def add(a, b=0):
    return a + b

@repeat(3)
@logged
def square(x):
    return x * x

add(1, b=2)
print(square(3))

class Counted:
    def __init__(self, function):
        self.function = function
        self.count = 0

    def __call__(self, *args):
        self.count += 1
        return self.function(*args)

@Counted
def hello(name):
    return f"hello {name}"

print(hello("a"), hello("b"), hello.count)
