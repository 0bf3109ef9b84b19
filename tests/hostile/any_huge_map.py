# limit: steps
any(map(lambda x: False, range(10 ** 12)))
