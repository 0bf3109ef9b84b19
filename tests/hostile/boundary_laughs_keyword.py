# limit: boundary_bytes
a = ["lol"]
for _ in range(60):
    a = {1: a, 2: a}
try:
    tool(x=a)
except BaseException:
    pass
finally:
    print("alive")
