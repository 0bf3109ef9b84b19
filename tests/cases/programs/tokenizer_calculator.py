class Parser:
    PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}

    def __init__(self, text):
        self.tokens = self.tokenize(text)
        self.position = 0

    @staticmethod
    def tokenize(text):
        tokens, i = [], 0
        while i < len(text):
            c = text[i]
            if c.isspace():
                i += 1
            elif c.isdigit():
                j = i
                while j < len(text) and (text[j].isdigit() or text[j] == "."):
                    j += 1
                tokens.append(float(text[i:j]))
                i = j
            elif c in "+-*/^()":
                tokens.append(c)
                i += 1
            else:
                raise SyntaxError(f"bad character {c!r} at {i}")
        return tokens

    def rpn(self):
        output, stack = [], []
        for token in self.tokens:
            if isinstance(token, float):
                output.append(token)
            elif token == "(":
                stack.append(token)
            elif token == ")":
                while stack and stack[-1] != "(":
                    output.append(stack.pop())
                if not stack:
                    raise SyntaxError("unbalanced )")
                stack.pop()
            else:
                while stack and stack[-1] != "(" and self.PRECEDENCE[stack[-1]] >= self.PRECEDENCE[token]:
                    output.append(stack.pop())
                stack.append(token)
        return output + stack[::-1]

    def value(self):
        operations = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b, "^": lambda a, b: a ** b}
        stack = []
        for token in self.rpn():
            if isinstance(token, float):
                stack.append(token)
            else:
                b, a = stack.pop(), stack.pop()
                stack.append(operations[token](a, b))
        [result] = stack
        return result

for text in ("1 + 2 * 3", "(1 + 2) * 3 ^ 2", "10 / 4 - 1", "1 / 0", "2 $ 3", "(1", "1 2"):
    try:
        print(text, "=", Parser(text).value())
    except (SyntaxError, ZeroDivisionError, ValueError, KeyError, IndexError) as error:
        print(text, "!", type(error).__name__, error)
