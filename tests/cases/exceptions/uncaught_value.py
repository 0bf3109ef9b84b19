def parse(line):
    name, amount = line.split(",")
    return name, int(amount)

print(parse("a,1"))
print(parse("b,two"))
