# error: NameError
# error: Unsupported
eval("1")
