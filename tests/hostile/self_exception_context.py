# error: ValueError
e = ValueError("e")
e.__cause__ = e
e.__context__ = e
raise e
