print("leaving")
try:
    raise ValueError("inner")
except ValueError as error:
    raise LookupError("outer") from error
