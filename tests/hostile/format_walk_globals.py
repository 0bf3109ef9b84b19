# error: AttributeError, Unsupported, KeyError
"{0.__init__.__globals__}".format(ValueError())
