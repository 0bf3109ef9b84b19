# error: TypeError
list.append = lambda self, x: None
