def use_before():
    try:
        print(x)
    except UnboundLocalError as error:
        print(type(error).__name__, error)
    x = 1
    return x

print(use_before())

def free_before():
    def inner():
        return y
    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
    y = 2
    return inner()

print(free_before())
try:
    undefined_name
except NameError as error:
    print(error)

def deleted():
    z = 1
    del z
    try:
        z
    except UnboundLocalError as error:
        print(error)

deleted()
total = 0

def add_global(n):
    global total
    total += n

add_global(3)
add_global(4)
print(total)

def declares():
    global made
    made = "here"

declares()
print(made)
