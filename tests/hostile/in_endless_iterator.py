# limit: steps
from itertools import count
print(-1 in count())
