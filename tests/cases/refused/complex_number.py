x = 3 + 4j
print(x)
