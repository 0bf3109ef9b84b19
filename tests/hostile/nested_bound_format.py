# error: RecursionError
# error: ValueError
"{:{:{:{}}}}".format(1, 2, 3, 4)
