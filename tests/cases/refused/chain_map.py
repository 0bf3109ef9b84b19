from collections import ChainMap

print(ChainMap({1: 2}, {})[1])
