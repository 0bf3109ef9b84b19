# error: RecursionError
(lambda f: f(f))(lambda f: f(f))
