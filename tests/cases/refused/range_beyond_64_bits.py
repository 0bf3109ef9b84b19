print(len(range(5)))
print(range(10**20)[10**19])
