# limit: steps
class A:
    def __init__(self, n):
        self.n = n
    def __lt__(self, other):
        return sum(range(1000)) > 0 and self.n < other.n
while True:
    sorted([A(i * 7919 % 1000) for i in range(1000)])
