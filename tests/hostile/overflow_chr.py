# error: ValueError
# error: OverflowError
chr(10 ** 20)
