# error: NameError
# error: Unsupported
slow_dict_insert({}, 1, 2)
