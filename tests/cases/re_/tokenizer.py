import re

TOKEN = re.compile(r"""
    (?P<NUMBER>\d+(\.\d*)?)
  | (?P<NAME>[A-Za-z_]\w*)
  | (?P<OP>[-+*/()=])
  | (?P<SKIP>\s+)
  | (?P<BAD>.)
""", re.VERBOSE)

def tokens(text):
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "SKIP":
            continue
        if kind == "BAD":
            raise SyntaxError(f"unexpected {match.group()!r} at {match.start()}")
        yield kind, match.group()

print(list(tokens("x = 3.5 * (y1 + 2)")))
try:
    list(tokens("a $ b"))
except SyntaxError as error:
    print(error)

def evaluate(text):
    stream = list(tokens(text)) + [("END", "")]
    position = 0
    def peek():
        return stream[position][1]
    def take():
        nonlocal position
        position += 1
        return stream[position - 1]
    def factor():
        kind, value = take()
        if value == "(":
            result = expression()
            take()
            return result
        if value == "-":
            return -factor()
        return float(value) if "." in value else int(value)
    def term():
        result = factor()
        while peek() in ("*", "/"):
            result = result * factor() if take()[1] == "*" else result / factor()
        return result
    def expression():
        result = term()
        while peek() in ("+", "-"):
            result = result + term() if take()[1] == "+" else result - term()
        return result
    return expression()

for text in ("1 + 2 * 3", "(1 + 2) * 3", "-4 / 2 - 1.5", "2 * (3 + (4 - 1)) / 3"):
    print(text, "=", evaluate(text))
