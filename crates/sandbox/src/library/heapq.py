"""heapq: a list as a heap, the smallest first. Items are compared by `<` only."""


def _up(heap, i):
    item = heap[i]
    while i > 0:
        parent = (i - 1) >> 1
        if not item < heap[parent]:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = item


def _down(heap, i):
    # The smaller child moves up all the way, then the item rises to its place: fewer comparisons, and
    # CPython's order of equal items.
    item = heap[i]
    start = i
    n = len(heap)
    child = 2 * i + 1
    while child < n:
        if child + 1 < n and not heap[child] < heap[child + 1]:
            child += 1
        heap[i] = heap[child]
        i = child
        child = 2 * i + 1
    while i > start:
        parent = (i - 1) >> 1
        if not item < heap[parent]:
            break
        heap[i] = heap[parent]
        i = parent
    heap[i] = item


def heappush(heap, item):
    heap.append(item)
    _up(heap, len(heap) - 1)


def heappop(heap):
    last = heap.pop()
    if not heap:
        return last
    first = heap[0]
    heap[0] = last
    _down(heap, 0)
    return first


def heapreplace(heap, item):
    first = heap[0]
    heap[0] = item
    _down(heap, 0)
    return first


def heappushpop(heap, item):
    if heap and heap[0] < item:
        first = heap[0]
        heap[0] = item
        _down(heap, 0)
        return first
    return item


def heapify(x):
    for i in reversed(range(len(x) // 2)):
        _down(x, i)


def nsmallest(n, iterable, key=None):
    return sorted(iterable, key=key)[: max(n, 0)]


def nlargest(n, iterable, key=None):
    return sorted(iterable, key=key, reverse=True)[: max(n, 0)]


def merge(*iterables, key=None, reverse=False):
    entries = []
    for iterable in iterables:
        iterator = iter(iterable)
        for value in iterator:
            entries.append([value, value if key is None else key(value), iterator])
            break
    while entries:
        best = entries[0]
        for entry in entries[1:]:
            if (best[1] < entry[1]) if reverse else (entry[1] < best[1]):
                best = entry
        yield best[0]
        for value in best[2]:
            best[0] = value
            best[1] = value if key is None else key(value)
            break
        else:
            entries.remove(best)
