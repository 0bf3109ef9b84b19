def shape(x):
    match x:
        case []:
            return "empty"
        case [one]:
            return f"one {one}"
        case [1, second]:
            return f"starts with 1, then {second}"
        case (a, b) if a == b:
            return f"pair of {a}"
        case [first, [x1, x2], *_]:
            return f"nested {first} {x1} {x2}"
        case [first, *middle, last]:
            return f"{first} .. {middle} .. {last}"
        case _:
            return "no sequence"

for x in ([], [7], [1, 2], (4, 4), (5, 6), [9, [8, 7]], [9, (8, 7), 1], range(4), "ab", {1, 2}, {"a": 1}, b"ab", 5):
    print(repr(x), "->", shape(x))

def command(text):
    match text.split():
        case ["go", ("north" | "south") as direction]:
            return f"going {direction}"
        case ["go", direction]:
            return f"cannot go {direction}"
        case ["take", *items] if items:
            return f"taking {', '.join(items)}"
        case ["quit" | "exit"]:
            return "bye"
        case [verb, *_]:
            return f"unknown {verb}"
        case []:
            return "silence"

for text in ("go north", "go up", "take lamp key", "take", "exit", "", "dance now"):
    print(command(text))
