# error: OverflowError
from datetime import timedelta
timedelta(days=10 ** 10)
