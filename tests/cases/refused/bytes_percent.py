print(b"%d items" % 3)
