# limit: steps
print(max(range(10 ** 15)))
