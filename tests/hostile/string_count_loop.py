# limit: steps
s = "ab" * 100000
while True:
    s.count("ba")
