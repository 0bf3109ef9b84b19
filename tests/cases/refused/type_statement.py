type Pair = tuple[int, int]
print(Pair)
