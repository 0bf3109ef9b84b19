class Paginated:
    def __init__(self, total, size):
        self.total, self.size, self.calls = total, size, 0
    def fetch(self, page):
        self.calls += 1
        start = page * self.size
        return list(range(start, min(start + self.size, self.total)))
    def __iter__(self):
        page = 0
        while batch := self.fetch(page):
            yield from batch
            page += 1

p = Paginated(7, 3)
print(list(p), p.calls)
p = Paginated(100, 10)
print(next(x for x in p if x > 12), p.calls)

def batched(items, n):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == n:
            yield batch
            batch = []
    if batch:
        yield batch

print(list(batched("abcdefg", 3)))

def merge(*sorted_lists):
    iterators = [iter(l) for l in sorted_lists]
    heads = [next(i, None) for i in iterators]
    while any(h is not None for h in heads):
        index = min((h, i) for i, h in enumerate(heads) if h is not None)[1]
        yield heads[index]
        heads[index] = next(iterators[index], None)

print(list(merge([1, 4, 9], [2, 3, 10], [5])))

class Peekable:
    def __init__(self, iterable):
        self.it, self.buffer = iter(iterable), []
    def __iter__(self):
        return self
    def __next__(self):
        return self.buffer.pop() if self.buffer else next(self.it)
    def peek(self):
        if not self.buffer:
            self.buffer.append(next(self.it))
        return self.buffer[-1]

it = Peekable([1, 2, 3])
print(it.peek(), next(it), it.peek(), list(it))
try:
    it.peek()
except StopIteration:
    print("end")
def flatten(x):
    for y in x:
        if isinstance(y, (list, tuple, set)):
            yield from flatten(y)
        else:
            yield y
print(list(flatten([1, [2, (3, [4, {5}])]])), sum(flatten([[1], [[2]]])), dict(enumerate(flatten([["a"], "b"]))))
