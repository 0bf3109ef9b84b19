# Strings that grow: each keeps its text, whatever is appended to what it is the start of.
import asyncio


def show(text):
    print(len(text), text[:12], text[-12:], hash(text) == hash(text[:] + ""), text.count("é"))


async def main():
    kept = []
    s = ""
    for i in range(400):
        s += str(i) + ","
        if i % 40 == 0:
            kept.append(s)
    await asyncio.sleep(0)
    for text in kept:
        show(text)
    # Two that go on from the same start.
    a = s + "left"
    b = s + "right"
    a += "!" * 300
    b += "?" * 300
    await asyncio.sleep(0)
    for text in (s, a, b, a[:-300] + b[-300:]):
        show(text)
    # Twice itself, and a part of itself.
    for _ in range(3):
        s += s
    s += s[:5]
    show(s)
    # Beyond ASCII: bytes and characters have other numbers.
    w = "é→𝄞x" * 80
    v = w
    for i in range(200):
        w += "→" + str(i)
    await asyncio.sleep(0)
    w += "ende"
    for text in (v, w):
        print(len(text), [text[i] for i in (0, 1, 2, 63, 64, 65, 127, 128, 200, 319, -1)])
        print(text[60:70], text[126:130], text[-5:], text[250:240:-3], text[::97])
        print(text.find("x", 70), text.rfind("é"), text.find("→", 63, 66), text.find("19", 300), text.index("𝄞x", 100))
        print(text.replace("é", "e")[:20], len(text.split("→")), text.count("x", 10, 200), "199" in text, "𝄞é" in text)
    # An attribute, an item, a closure's variable.
    class Box:
        text = "b" * 300

    box = Box()
    d = {"k": "d" * 300}
    t = "t" * 300

    def add():
        nonlocal t
        t += "+"

    for i in range(50):
        box.text += "1"
        d["k"] += "2"
        add()
    print(len(box.text), len(Box.text), len(d["k"]), len(t), box.text[-2:], d["k"][-2:], t[-2:])
    # The same text, made otherwise, is the same key.
    table = {"x" * 400 + "y": 1}
    key = "x" * 300
    key += "x" * 100
    key += "y"
    print(table[key], key in table, key == "x" * 400 + "y", key < "x" * 401, sorted([key, "x" * 400]) == ["x" * 400, key])
    print("".join(c for c in key[398:]), "-".join([key[-3:], "", "é"]), f"{key[-1]}{5}{key[:2]}")
    print(" a  b c ".split(), "a,b,,c,".split(","), "a--b----c".split("--", 2), ",".split(","), "".split(","), "".split())
    c = "abc"
    print(c[0] == "abcabc"[3], [x for x in "aéa"], c * 3, c * 0 == "", c * 1 is c, (c + "") is c, ("" + c) is c)


asyncio.run(main())
