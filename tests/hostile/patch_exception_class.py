# error: TypeError
ValueError.__str__ = lambda self: "x"
