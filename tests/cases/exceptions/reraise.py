log = []

def retry(times):
    for attempt in range(times):
        try:
            if attempt < 2:
                raise ConnectionError(f"attempt {attempt}")
            return f"ok after {attempt}"
        except ConnectionError as error:
            log.append(str(error))
            if attempt == times - 1:
                raise

print(retry(5), log)
try:
    retry(2)
except ConnectionError as error:
    print("gave up:", error)

def bare():
    raise

try:
    bare()
except RuntimeError as error:
    print(error)

try:
    try:
        {}["a"]
    except KeyError:
        print("again")
        raise
except LookupError as error:
    print(type(error).__name__)

saved = None
try:
    [].pop()
except IndexError as error:
    saved = error
print(saved)
try:
    raise saved
except IndexError as error:
    print(error is saved)
