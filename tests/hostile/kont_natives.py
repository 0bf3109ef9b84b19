# error: NameError
# error: Unsupported
_kont_dict_put({}, 99, 1, 2, 3)
