# error: OverflowError, Unsupported
len(range(10 ** 30))
