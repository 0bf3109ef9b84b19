# error: AttributeError, Unsupported, TypeError
"{0.__globals__[os]}".format(tool)
