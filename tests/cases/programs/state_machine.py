class TrafficLight:
    TRANSITIONS = {"red": ("green", 3), "green": ("yellow", 4), "yellow": ("red", 1)}

    def __init__(self):
        self.state = "red"
        self.left = self.TRANSITIONS[self.state][1]

    def tick(self):
        self.left -= 1
        if self.left == 0:
            self.state, _ = self.TRANSITIONS[self.state]
            self.left = self.TRANSITIONS[self.state][1]
        return self.state

light = TrafficLight()
print(" ".join(light.tick()[0] for _ in range(20)))

def parse_args(text):
    state, word, words, quote = "between", "", [], None
    for c in text + " ":
        match state, c:
            case "between", " ":
                pass
            case "between", '"' | "'":
                state, quote = "quoted", c
            case "between", _:
                state, word = "word", c
            case "word", " ":
                words.append(word)
                state, word = "between", ""
            case "quoted", _ if c == quote:
                words.append(word)
                state, word = "between", ""
            case ("word" | "quoted"), _:
                word += c
    if state == "quoted":
        raise ValueError(f"unclosed {quote}")
    return words

print(parse_args("copy 'my file' to \"the 'new' place\" now"))
try:
    parse_args("bad 'quote")
except ValueError as error:
    print(error)
