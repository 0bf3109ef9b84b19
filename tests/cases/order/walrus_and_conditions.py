data = [3, 8, 1, 9]
if (n := len(data)) > 3:
    print("long", n)
print([y for x in data if (y := x * 2) > 5], y)
while (item := data.pop()) != 3:
    print(item)
print(data)
print(1 if [] else 2 if 0 else 3)
print(not 1 == 2, not (1 and 0), 1 < 2 == True, 3 in [3] == True)
print(None or 0 or "last", 0 and 1, "" or [] or {})
print(1 == 1.0 == True, "a" < "b" < "c", [1, 2] < [1, 3] < [2])
x = 5
print(0 < x < 10, 0 < x > 10, x != 5 != 3)
print(None is None, "a" not in "bcd")
for i in range(3):
    if i == 5:
        break
else:
    print("no break")
while True:
    break
else:
    print("never")
