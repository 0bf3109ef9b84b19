from . import helpers
print(helpers)
