# limit: calls
while True:
    tool(1)
