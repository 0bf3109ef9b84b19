# limit: calls
while True:
    try:
        tool(1)
    except BaseException:
        pass
