import heapq
from collections import Counter

def build(text):
    heap = [[count, index, symbol] for index, (symbol, count) in enumerate(sorted(Counter(text).items()))]
    heapq.heapify(heap)
    index = len(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, [a[0] + b[0], index, (a, b)])
        index += 1
    codes = {}
    def walk(node, prefix):
        _, _, content = node
        if isinstance(content, tuple):
            walk(content[0], prefix + "0")
            walk(content[1], prefix + "1")
        else:
            codes[content] = prefix or "0"
    walk(heap[0], "")
    return codes

text = "abracadabra alakazam"
codes = build(text)
encoded = "".join(codes[c] for c in text)
print(codes, len(encoded), len(text) * 8)
back = {v: k for k, v in codes.items()}
decoded, buffer = [], ""
for bit in encoded:
    buffer += bit
    if buffer in back:
        decoded.append(back[buffer])
        buffer = ""
print("".join(decoded) == text)

def rle(s):
    out = []
    for c in s:
        if out and out[-1][0] == c:
            out[-1][1] += 1
        else:
            out.append([c, 1])
    return "".join(f"{n if n > 1 else ''}{c}" for c, n in out)

print(rle("aaabccdddd"), rle(""), rle("abc"))
