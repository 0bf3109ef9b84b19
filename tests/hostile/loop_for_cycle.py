# limit: steps
from itertools import cycle
for x in cycle([1]):
    pass
