class AppError(Exception):
    pass

class HttpError(AppError):
    def __init__(self, status, reason="unknown"):
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason

class NotFound(HttpError):
    def __init__(self, path):
        super().__init__(404, f"no {path}")
        self.path = path

class Described(AppError):
    def __str__(self):
        return f"described: {self.args}"

def fetch(path):
    if path == "/missing":
        raise NotFound(path)
    if path == "/broken":
        raise HttpError(500)
    if path == "/odd":
        raise Described(1, "two")
    if path == "/class":
        raise AppError
    return "ok"

for path in ("/", "/missing", "/broken", "/odd", "/class"):
    try:
        print(fetch(path))
    except NotFound as error:
        print("not found", error.path, error.status, error, error.args)
    except HttpError as error:
        print("http", error.status, error.reason, repr(error))
    except AppError as error:
        print("app", str(error), repr(error), error.args)
print([c.__name__ for c in NotFound.__mro__])
print(issubclass(NotFound, Exception), isinstance(NotFound("x"), BaseException))
print(Exception(1, 2), repr(Exception("a")), repr(Exception()), str(KeyError("k")), str(ValueError()))
