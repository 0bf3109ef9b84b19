# error: LookupError
s = "\U0001f600" * 10 ** 6
while True:
    s = s.encode("unicode_escape").decode("latin-1")
